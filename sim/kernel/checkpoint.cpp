#include "sim/kernel/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <istream>
#include <ostream>

#include "sim/core/byte_digest.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/serial.hpp"

namespace dwell::kernel {
namespace {

constexpr std::array<char, 8> kMagic = {'D', 'W', 'E', 'L', 'L', 'C', 'K', 'P'};

struct Preamble {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t reserved;
};

enum Kind : std::uint32_t { kHead = 1, kProcess = 2, kEnd = 3 };

/// Stands before the content of each section.
struct SectionHeader {
  std::uint32_t kind;
  std::uint32_t id;
  std::uint64_t length;
  std::uint64_t digest;  // of the content
  std::uint64_t check;   // of the members above
};

std::uint64_t check_of(const SectionHeader& header) {
  return digest_of(std::as_bytes(std::span(&header, 1)).first(offsetof(SectionHeader, check)));
}

std::string number(std::uint64_t n) { return std::to_string(n); }

const char* const kDamaged = "an undamaged checkpoint";

/// Ends a part.
struct End {
  std::uint64_t processes;
  std::uint64_t stamp;
};

}  // namespace

CheckpointWriter::CheckpointWriter(std::ostream& out, const CheckpointHead& head) : out_(out) {
  const Preamble preamble{kMagic, kCheckpointVersion, 0};
  out_.write(reinterpret_cast<const char*>(&preamble), sizeof preamble);
  section(kHead, head.part, std::as_bytes(std::span(&head, 1)));
}

std::uint64_t CheckpointWriter::section(std::uint32_t kind, std::uint32_t id, std::span<const std::byte> content) {
  SectionHeader header{kind, id, content.size(), digest_of(content), 0};
  header.check = check_of(header);
  out_.write(reinterpret_cast<const char*>(&header), sizeof header);
  out_.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  return header.digest;
}

void CheckpointWriter::add(const ProcessImage& image) {
  ByteWriter writer;
  writer.put_string(image.name);
  writer.put(image.sequence);
  writer.put_vector(image.pending);
  writer.put_vector(image.bodies);
  writer.put_vector(image.state);
  stamp_ += mix64(section(kProcess, image.id, writer.bytes()), image.id);
  ++written_;
}

Status CheckpointWriter::finish(std::uint64_t stamp) {
  const End end{written_, stamp};
  section(kEnd, 0, std::as_bytes(std::span(&end, 1)));
  out_.flush();
  if (!out_) return Error{"checkpoint", "", "it could not be written", "a place with enough room"};
  return success();
}

Error CheckpointReader::error(std::string found, std::string accepted) const {
  return {"checkpoint", where_, std::move(found), std::move(accepted)};
}

Result<std::optional<CheckpointHead>> CheckpointReader::next_part() {
  where_ = "part " + number(part_count_++);
  sections_ = 0;
  Preamble preamble{};
  in_.read(reinterpret_cast<char*>(&preamble), sizeof preamble);
  if (in_.gcount() == 0) return std::optional<CheckpointHead>();
  if (in_.gcount() != sizeof preamble || preamble.magic != kMagic) {
    return error("no checkpoint begins here", "what an engine saved");
  }
  if (preamble.version != kCheckpointVersion || preamble.reserved != 0) {
    return error("format version " + number(preamble.version), "version " + number(kCheckpointVersion));
  }
  const auto section = next_section();
  if (!section) return section.error();
  if (section.value().kind != kHead || section.value().length != sizeof head_) {
    return error("a part without a head", kDamaged);
  }
  const auto content = content_of(section.value());
  if (!content) return content.error();
  std::memcpy(&head_, content.value().data(), sizeof head_);
  if (head_.parts == 0 || head_.parts > kMaxProcesses || head_.part >= head_.parts || head_.windows < 0 ||
      head_.lookahead_us < 1 || head_.windows > (INT64_MAX - head_.lookahead_us) / head_.lookahead_us ||
      head_.processes > kMaxProcesses) {
    return error("a head with impossible numbers", kDamaged);
  }
  return std::optional(head_);
}

Result<std::optional<ProcessImage>> CheckpointReader::next_process(const std::function<bool(std::uint32_t)>& wanted) {
  for (;;) {
    where_ = "part " + number(part_count_ - 1) + ", section " + number(sections_ + 1);
    const auto section = next_section();
    if (!section) return section.error();
    const auto [kind, id, length, digest] = section.value();
    if (kind == kEnd) {
      const auto content = content_of(section.value());
      if (!content) return content.error();
      End end{};
      if (length == sizeof end) std::memcpy(&end, content.value().data(), sizeof end);
      if (length != sizeof end || end.processes != sections_) {
        return error(number(sections_) + " processes in a part that was written with others", kDamaged);
      }
      stamp_of_all_ = end.stamp;
      return std::optional<ProcessImage>();
    }
    if (kind != kProcess || id >= head_.processes) return error("a section that does not belong here", kDamaged);
    ++sections_;
    if (!wanted(id)) {
      in_.ignore(static_cast<std::streamsize>(std::min<std::uint64_t>(length, INT64_MAX - 1)));
      if (static_cast<std::uint64_t>(in_.gcount()) != length) return error("it ends early", kDamaged);
      continue;
    }
    const auto content = content_of(section.value());
    if (!content) return content.error();
    ByteReader reader(content.value());
    ProcessImage image{id, reader.get_string(), reader.get<std::uint64_t>(), {}, {}, {}};
    image.pending = reader.get_vector<SavedEvent>();
    image.bodies = reader.get_vector<Body>();
    image.state = reader.get_vector<std::byte>();
    if (const Status read = reader.finish("checkpoint"); !read) {
      return error("process " + number(id) + " of which parts are missing or too many", kDamaged);
    }
    if (const std::string fault = fault_of(image, head_); !fault.empty()) {
      return error("process " + number(id) + " with " + fault, kDamaged);
    }
    stamp_ += mix64(digest, id);
    return std::optional(std::move(image));
  }
}

Result<CheckpointReader::Section> CheckpointReader::next_section() {
  SectionHeader header{};
  in_.read(reinterpret_cast<char*>(&header), sizeof header);
  if (in_.gcount() != sizeof header) return error("it ends early", kDamaged);
  if (header.check != check_of(header)) return error("a damaged section header", kDamaged);
  return Section{header.kind, header.id, header.length, header.digest};
}

// Grows by pieces, so that a wrong length finds the end of the data before the end of the memory.
Result<std::vector<std::byte>> CheckpointReader::content_of(const Section& section) {
  constexpr std::uint64_t kPiece = 1 << 20;
  std::vector<std::byte> content;
  while (content.size() < section.length) {
    const std::size_t at = content.size();
    const auto piece = static_cast<std::size_t>(std::min(section.length - at, std::max<std::uint64_t>(kPiece, at)));
    content.resize(at + piece);
    in_.read(reinterpret_cast<char*>(content.data() + at), static_cast<std::streamsize>(piece));
    if (static_cast<std::size_t>(in_.gcount()) != piece) return error("it ends early", kDamaged);
  }
  if (digest_of(content) != section.digest) return error("a damaged section", kDamaged);
  return content;
}

std::string fault_of(const ProcessImage& image, const CheckpointHead& head) {
  const std::int64_t begin_us = head.windows * head.lookahead_us;
  if (image.sequence > kMaxSequence + 1) return "more events scheduled than there can be";
  const Event* before = nullptr;
  Event last;
  std::size_t bodies = 0;
  for (const SavedEvent& saved : image.pending) {
    const Event event{Time{saved.time_us}, saved.order, image.id, saved.data};
    if (saved.time_us < begin_us || saved.time_us >= head.end_us) return "an event out of its time";
    if (before != nullptr && !(*before < event)) return "events out of their order";
    if (event.source().value >= head.processes) return "an event from nobody";
    if (event.source().value == image.id && event.sequence() >= image.sequence) return "an event of its own to come";
    if (saved.has_body > 1 || (saved.has_body == 1 && saved.data != 0)) return "an event that may have a body";
    bodies += saved.has_body;
    last = event;
    before = &last;
  }
  return bodies == image.bodies.size() ? "" : "bodies that belong to no event";
}

}  // namespace dwell::kernel
