#include "sim/core/serial.hpp"

namespace dwell {

void ByteWriter::put_string(std::string_view text) {
  put(static_cast<std::uint64_t>(text.size()));
  raw(text.data(), text.size());
}

std::string ByteReader::get_string() {
  const auto size = get<std::uint64_t>();
  if (failed_ || size > remaining()) {
    failed_ = true;
    return {};
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  raw(text.data(), text.size());
  return text;
}

Status ByteReader::finish(std::string_view what) const {
  const std::string place = "byte " + std::to_string(at_);
  if (failed_)
    return Error{std::string(what), place, "saved state ends early or is damaged", "state saved by this version"};
  if (remaining() != 0) {
    return Error{std::string(what), place, std::to_string(remaining()) + " bytes too many",
                 "state saved by this version"};
  }
  return success();
}

void put(ByteWriter& writer, const Error& error) {
  for (const std::string* const part : {&error.file, &error.place, &error.found, &error.accepted}) {
    writer.put_string(*part);
  }
}

Error get_error(ByteReader& reader) {
  Error error;
  for (std::string* const part : {&error.file, &error.place, &error.found, &error.accepted})
    *part = reader.get_string();
  return error;
}

}  // namespace dwell
