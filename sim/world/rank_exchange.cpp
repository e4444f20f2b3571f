#include "sim/world/rank_exchange.hpp"

#include <cstring>
#include <exception>

#include "sim/core/check.hpp"
#include "sim/core/serial.hpp"

namespace dwell::world {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kLargeFrame = 1U << 24;

/// Its length, the block, and zeros up to a whole number of words.
void put_into_frame(std::vector<std::byte>& frame, std::span<const std::byte> block) {
  const std::uint64_t size = block.size();
  frame.assign(kWord + (block.size() + kWord - 1) / kWord * kWord, std::byte{0});
  std::memcpy(frame.data(), &size, kWord);
  if (!block.empty()) std::memcpy(frame.data() + kWord, block.data(), block.size());
}

std::span<const std::byte> content_of(std::span<const std::byte> frame, unsigned rank) {
  std::uint64_t size = 0;
  DWELL_DEMAND(frame.size() >= kWord, "a block of rank " + std::to_string(rank) + " without its length");
  std::memcpy(&size, frame.data(), kWord);
  DWELL_DEMAND(size <= frame.size() - kWord, "a block of rank " + std::to_string(rank) + " is shorter than it says");
  return frame.subspan(kWord, static_cast<std::size_t>(size));
}

}  // namespace

RankExchange::RankExchange(kernel::Transport& transport)
    : transport_(transport),
      everyone_(transport.ranks(), true),
      blocks_(transport.ranks()),
      exceptions_(std::uncaught_exceptions()) {
  put_into_frame(empty_, {});
}

// What was posted lies in the frames: they may go when it has arrived, or when nobody will take it: where an exception
// ends all, and where the run was given up.
RankExchange::~RankExchange() {
  if (std::uncaught_exceptions() != exceptions_) return;
  try {
    transport_.settle(round_);
    transport_.settle(round_ + 1);
  } catch (const kernel::RankFailure& failure) {
    transport_.fail(failure.what());
  }
}

const RankExchange::Blocks& RankExchange::all(std::span<const std::byte> own) { return exchange(own, everyone_); }

const RankExchange::Blocks& RankExchange::gather(unsigned to, std::span<const std::byte> own) {
  std::vector<bool> one(ranks());
  one[to] = true;
  return exchange(own, one);
}

const RankExchange::Blocks& RankExchange::exchange(std::span<const std::byte> own, const std::vector<bool>& to) {
  const std::int64_t round = round_++;
  std::vector<std::byte>& frame = frames_[round & 1];
  transport_.settle(round);
  // What a checkpoint took is not kept for the blocks of windows.
  if (frame.capacity() > kLargeFrame && frame.capacity() / 8 > own.size()) frame = {};
  put_into_frame(frame, own);
  for (unsigned rank = 0; rank < ranks(); ++rank) {
    if (rank != this->rank()) transport_.post(round, rank, to[rank] ? frame : empty_);
  }
  blocks_[rank()] = content_of(to[rank()] ? frame : empty_, rank());
  for (unsigned i = 1; i < ranks(); ++i) {
    const kernel::Arrival arrival = transport_.take(round);
    blocks_[arrival.rank] = content_of(arrival.bytes, arrival.rank);
  }
  return blocks_;
}

std::uint64_t RankExchange::sum(std::uint64_t share) {
  std::uint64_t total = 0;
  for (const std::span<const std::byte> block : all(std::as_bytes(std::span(&share, 1)))) {
    std::uint64_t one = 0;
    DWELL_DEMAND(block.size() == sizeof one, "a share of another rank is damaged");
    std::memcpy(&one, block.data(), sizeof one);
    total += one;
  }
  return total;
}

Status agree(RankExchange& ranks, const Status& mine) {
  ByteWriter writer;
  writer.put(!mine.ok());
  if (!mine) put(writer, mine.error());
  const RankExchange::Blocks& blocks = ranks.all(writer.bytes());
  for (unsigned rank = 0; rank < blocks.size(); ++rank) {
    ByteReader reader(blocks[rank]);
    if (!reader.get<bool>()) continue;
    if (rank == ranks.rank()) return mine;
    Error error = get_error(reader);
    if (rank != 0) error.file = "rank " + std::to_string(rank) + (error.file.empty() ? "" : ": " + error.file);
    return error;
  }
  return success();
}

}  // namespace dwell::world
