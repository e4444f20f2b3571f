#include "sim/world/rank_exchange.hpp"

#include <cstring>

#include "sim/core/check.hpp"

namespace dwell::world {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

/// Its length, the block, and zeros up to a whole number of words.
std::vector<std::byte> framed(std::span<const std::byte> block) {
  const std::uint64_t size = block.size();
  std::vector<std::byte> frame(kWord + (block.size() + kWord - 1) / kWord * kWord);
  std::memcpy(frame.data(), &size, kWord);
  if (!block.empty()) std::memcpy(frame.data() + kWord, block.data(), block.size());
  return frame;
}

std::vector<std::byte> unframed(const kernel::Arrival& arrival) {
  std::uint64_t size = 0;
  DWELL_DEMAND(arrival.bytes.size() >= kWord,
               "a block of rank " + std::to_string(arrival.rank) + " without its length");
  std::memcpy(&size, arrival.bytes.data(), kWord);
  DWELL_DEMAND(size <= arrival.bytes.size() - kWord,
               "a block of rank " + std::to_string(arrival.rank) + " is shorter than it says");
  const auto content = arrival.bytes.subspan(kWord, static_cast<std::size_t>(size));
  return {content.begin(), content.end()};
}

}  // namespace

std::vector<std::vector<std::byte>> RankExchange::all(std::span<const std::byte> own) {
  const std::int64_t round = round_++;
  const std::vector<std::byte> frame = framed(own);
  for (unsigned to = 0; to < ranks(); ++to) {
    if (to != rank()) transport_.post(round, to, frame);
  }
  std::vector<std::vector<std::byte>> blocks(ranks());
  blocks[rank()].assign(own.begin(), own.end());
  for (unsigned i = 1; i < ranks(); ++i) {
    const kernel::Arrival arrival = transport_.take(round);
    blocks[arrival.rank] = unframed(arrival);
  }
  // Nobody passes before all have taken what they were sent: then the frame may go.
  transport_.sum(0);
  transport_.settle(round + 2);
  return blocks;
}

}  // namespace dwell::world
