#include "host/engine/work_queue.hpp"

#include <gtest/gtest.h>

namespace fleetcast {
namespace {

std::vector<Tile> all_of(LocalQueue& queue, std::uint32_t most) {
  std::vector<Tile> tiles;
  while (auto const tile = queue.next(most)) tiles.push_back(*tile);
  return tiles;
}

bool never() { return false; }

TEST(LocalQueue, DealsEachRealizationOnceInOrder) {
  LocalQueue queue({{0, {{5, 100}}}, {2, {{0, 7}, {20, 300}}}}, 3, 8, never);
  std::vector<RealizationSet> dealt(3);
  std::uint64_t realizations = 0;

  for (Tile const& tile : all_of(queue, 64)) {
    dealt[tile.scenario].add({tile.first, tile.first + tile.realizations});
    realizations += tile.realizations;
  }

  EXPECT_EQ(realizations, 95U + 7U + 280U);
  EXPECT_EQ(dealt[0].spans(), (std::vector<RealizationSpan>{{5, 100}}));
  EXPECT_EQ(dealt[1].size(), 0U);
  EXPECT_EQ(dealt[2].spans(), (std::vector<RealizationSpan>{{0, 7}, {20, 300}}));
}

TEST(LocalQueue, TilesShrinkToTheSmallestSoThatAllEndTogether) {
  LocalQueue queue({{0, {{0, 1000}}}}, 2, 8, never);

  auto const tiles = all_of(queue, 64);

  EXPECT_EQ(tiles.front().realizations, 64U);
  for (std::size_t i = 1; i < tiles.size(); ++i) EXPECT_LE(tiles[i].realizations, tiles[i - 1].realizations);
  for (Tile const& tile : tiles) EXPECT_EQ(tile.realizations % 8, 0U);
  for (std::size_t i = tiles.size() - 3; i < tiles.size(); ++i) EXPECT_EQ(tiles[i].realizations, 8U);
}

TEST(LocalQueue, ATakerAloneGetsAllItCanTake) {
  LocalQueue queue({{0, {{0, 200}}}}, 1, 8, never);

  EXPECT_EQ(all_of(queue, 64).size(), 4U);
}

TEST(LocalQueue, DealsNoMoreOncePaused) {
  int asked = 0;
  LocalQueue queue({{0, {{0, 1000}}}}, 1, 8, [&] { return asked++ == 2; });

  EXPECT_EQ(all_of(queue, 64).size(), 2U);
  EXPECT_FALSE(queue.next(64));
}

}  // namespace
}  // namespace fleetcast
