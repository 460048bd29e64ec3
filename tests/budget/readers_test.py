"""What the other tests here stand on, on listings written by hand: control flow, paths, rare blocks, pipes, callgrind's sums."""
import unittest

from callgrind import sum_calls
from issue_slots_test import Measure
from kernels import KernelBudget
from loops import Function
from sass import cycles, parse_listing, pipe_mix

# A loop of two steps: blocks A (0x20), then B or C, then D, which goes back; C is rare and meets the others out of line.
LISTING = """
	.section	.text._Z6kernelv,"ax",@progbits
_Z6kernelv:
.text._Z6kernelv:
        /*0000*/                   LDC R1, c[0x0][0x28] ;
        /*0010*/              @!P0 BRA `(.L_x_3) ;
.L_x_0:
        /*0020*/                   FSETP.GT.AND P0, PT, R0, RZ, PT ;
        /*0030*/                   BSSY B0, `(.L_x_2) ;
        /*0040*/               @P0 BRA P1, `(.L_x_1) ;
        /*0050*/                   IMAD R2, R2, R3, R4 ;
        /*0060*/                   BSYNC B0 ;
.L_x_2:
        /*0070*/                   ISETP.NE.AND P2, PT, R5, RZ, PT ;
        /*0080*/               @P2 BRA `(.L_x_0) ;
.L_x_3:
        /*0090*/                   EXIT ;
.L_x_1:
        /*00a0*/                   DADD R6, R6, R8 ;
        /*00b0*/                   STG.E.64 desc[UR6][R10.64], R6 ;
        /*00c0*/                   MUFU.RCP R7, R7 ;
        /*00d0*/                   BSYNC B0 ;
.L_x_4:
        /*00e0*/                   BRA `(.L_x_4) ;
"""

PROFILE = """fn=(1) main
10 5
cfn=(2) draw(int)
calls=3 7
11 300
fn=(2)
7 200
cfn=(3) draw(int) [clone .cold]
calls=1 0
8 100
fn=(3)
9 100
fn=(4) other
cfn=(2)
calls=1 7
12 50""".splitlines()


class LoopsTest(unittest.TestCase):
    def setUp(self):
        self.function = Function("kernel", parse_listing(LISTING)["_Z6kernelv"])
        (self.loop,) = self.function.loops

    def test_a_loop_holds_the_blocks_from_which_it_goes_on(self):
        self.assertEqual(sorted(self.loop.blocks), [0x20, 0x50, 0x70, 0xa0])
        self.assertEqual(self.loop.latches, {0x70})

    def test_the_trap_behind_a_kernel_is_no_part_of_it(self):
        self.assertNotIn(0xe0, self.function.blocks)

    def test_paths_differ_by_the_block_they_take(self):
        addresses = lambda path: [block.address for block in path]
        self.assertEqual(addresses(self.loop.shortest_path()), [0x20, 0x50, 0x70])
        self.assertEqual(addresses(self.loop.longest_path()), [0x20, 0xa0, 0x70])
        self.assertEqual(addresses(self.loop.longest_path(lambda block: block.address != 0xa0)), [0x20, 0x50, 0x70])

    def test_there_may_be_no_allowed_path(self):
        self.assertIsNone(self.loop.longest_path(lambda block: block.address != 0x70))

    def test_slots_are_judged_without_rare_blocks(self):
        measure = Measure(self.loop, KernelBudget("", "", "FSETP|ISETP", 2, None))
        self.assertEqual([block.address for block in measure.judged], [0x20, 0x50, 0x70])
        self.assertEqual([block.address for block in measure.rare_blocks], [0xa0])
        self.assertEqual(measure.markers, 2)

    def test_what_is_guarded_makes_no_block_rare(self):
        listing = LISTING.replace("   DADD", "@P3 DADD").replace("   STG", "@P3 STG")
        (loop,) = Function("kernel", parse_listing(listing)["_Z6kernelv"]).loops
        measure = Measure(loop, KernelBudget("", "", "FSETP", 1, None))
        self.assertEqual(sum(map(len, measure.judged)), 9)
        shortest = Measure(loop, KernelBudget("", "", "FSETP", 1, None, path="shortest"))
        self.assertEqual(sum(map(len, shortest.judged)), 7)

    def test_pipes_bound_the_cycles(self):
        mix = pipe_mix(self.loop.instructions())
        self.assertEqual(mix, {"control": 5, "alu": 2, "imad": 1, "fp64": 1, "lsu": 1, "xu": 1})
        self.assertEqual(cycles(mix), {"issue": 11, "alu": 4, "fma": 2, "lsu": 4, "xu": 8, "fp64": 2, "uniform": 0})

    def test_inner_loops_know_their_parents(self):
        nested = parse_listing(""".section	.text.f,"ax",@progbits
.L_x_0:
        /*0000*/                   MOV R0, R1 ;
.L_x_1:
        /*0010*/               @P0 BRA `(.L_x_1) ;
        /*0020*/               @P1 BRA `(.L_x_0) ;
        /*0030*/                   EXIT ;
""")["f"]
        outer, inner = Function("f", nested).loops
        self.assertIs(inner.parent, outer)
        self.assertEqual((outer.depth(), inner.depth()), (0, 1))
        self.assertEqual(sum(map(len, outer.longest_path())), 3)

    def test_calls_are_summed_from_outside_alone(self):
        self.assertEqual(sum_calls(PROFILE, ["draw", "other"]), {"draw": 350, "other": 0})


if __name__ == "__main__":
    unittest.main()
