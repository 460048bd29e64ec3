"""Instructions that a program spends in its functions, counted by valgrind's callgrind."""
import pathlib
import re
import subprocess
import tempfile


def inclusive_instructions(command, functions):
    """Runs a program; {name: instructions in the functions that hold this name, and in all that they call}, and the program's output."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / "profile"
        output = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", "--quiet", *command],
                                check=True, stdout=subprocess.PIPE, text=True).stdout
        return sum_calls(profile.read_text().splitlines(), functions), output


def sum_calls(profile, functions):
    """Inclusive costs of the calls into each function from outside of it.

    A profile names a function once, "fn=(7) name", and is brief later, "cfn=(7)"; the line after "calls=" ends in the call's cost.
    """
    names, totals = {}, dict.fromkeys(functions, 0)
    caller = callee = ""
    costs_follow = False
    for line in profile:
        if costs_follow:
            for function in functions:
                if function in callee and function not in caller:
                    totals[function] += int(line.split()[-1])
            costs_follow = False
        elif found := re.match(r"(c?fn)=\((\d+)\)(?: (.*))?", line):
            name = names.setdefault(found[2], found[3] or "")
            if found[1] == "fn":
                caller = name
            else:
                callee = name
        elif line.startswith("calls="):
            costs_follow = True
    return totals
