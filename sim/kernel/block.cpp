#include "sim/kernel/block.hpp"

#include <cstring>
#include <string>

#include "sim/core/byte_digest.hpp"
#include "sim/core/check.hpp"
#include "sim/kernel/transport.hpp"

namespace dwell::kernel {
namespace {

struct Header {
  std::uint64_t length;  // of the whole block
  std::int64_t window;
  std::uint64_t messages;
  std::uint64_t bodies;
  std::uint64_t digest;  // of what follows
};
static_assert(sizeof(Header) % alignof(Event) == 0 && sizeof(Carried) == 72);

std::size_t length_of(std::size_t messages, std::size_t bodies) {
  return sizeof(Header) + messages * sizeof(Event) + bodies * sizeof(Carried);
}

}  // namespace

void BlockWriter::begin(std::int64_t window, std::size_t messages, std::size_t bodies) {
  size_ = length_of(messages, bodies);
  if (bytes_.size() < size_) bytes_.resize(size_ + size_ / 2);
  window_ = window;
  messages_ = messages;
  bodies_ = bodies;
  added_messages_ = added_bodies_ = 0;
}

void BlockWriter::add(const Mailbox& mailbox) {
  DWELL_ASSERT(added_messages_ + mailbox.messages.size() <= messages_);
  DWELL_ASSERT(added_bodies_ + mailbox.bodies.size() <= bodies_);
  std::byte* const messages = bytes_.data() + sizeof(Header);
  if (mailbox.messages.empty()) return;
  std::memcpy(messages + added_messages_ * sizeof(Event), mailbox.messages.data(),
              mailbox.messages.size() * sizeof(Event));
  std::byte* to = messages + messages_ * sizeof(Event) + added_bodies_ * sizeof(Carried);
  for (const Carried& body : mailbox.bodies) {
    const Carried moved{body.message + added_messages_, body.body};
    std::memcpy(to, &moved, sizeof moved);
    to += sizeof moved;
  }
  added_messages_ += mailbox.messages.size();
  added_bodies_ += mailbox.bodies.size();
}

std::span<const std::byte> BlockWriter::finish() {
  DWELL_ASSERT(added_messages_ == messages_ && added_bodies_ == bodies_);
  const std::span<const std::byte> block(bytes_.data(), size_);
  const Header header{size_, window_, messages_, bodies_, digest_of(block.subspan(sizeof(Header)))};
  std::memcpy(bytes_.data(), &header, sizeof header);
  return block;
}

BlockView read_block(std::span<const std::byte> bytes, std::int64_t window, unsigned from) {
  const auto refuse = [&](const std::string& why) {
    throw RankFailure("rank " + std::to_string(from) + " sent " + why + " for window " + std::to_string(window));
  };
  Header header{};
  if (bytes.size() < sizeof header) refuse("only " + std::to_string(bytes.size()) + " bytes");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.window != window) refuse("a block of window " + std::to_string(header.window));
  const bool plausible = header.messages <= bytes.size() && header.bodies <= header.messages;
  if (header.length != bytes.size() || !plausible || length_of(header.messages, header.bodies) != header.length) {
    refuse("a block of " + std::to_string(bytes.size()) + " bytes that should have " + std::to_string(header.length));
  }
  const std::span<const std::byte> content = bytes.subspan(sizeof header);
  if (header.digest != digest_of(content)) refuse("a damaged block");
  const auto* const messages = reinterpret_cast<const Event*>(content.data());
  const auto* const bodies = reinterpret_cast<const Carried*>(content.data() + header.messages * sizeof(Event));
  return {{messages, header.messages}, {bodies, header.bodies}};
}

}  // namespace dwell::kernel
