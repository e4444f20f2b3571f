#include "sim/world/scenario_reader.hpp"

#include <algorithm>

namespace dwell::world {
namespace {

bool within(double number, const Field& field) { return number >= field.least && number <= field.most; }

std::size_t characters(std::string_view text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

void TreeReader::read_value(double& value, const JsonNode& node, const Field& field, const std::string& pointer) {
  const bool fits = node.kind == JsonKind::number && within(node.number, field);
  if (!fits) return mismatch(node, pointer, number_accepted(field, false));
  value = node.number;
}

void TreeReader::read_value(std::uint64_t& value, const JsonNode& node, const Field& field,
                            const std::string& pointer) {
  const bool fits = node.kind == JsonKind::number && node.whole && within(node.number, field);
  if (!fits) return mismatch(node, pointer, number_accepted(field, true));
  value = node.magnitude;
}

void TreeReader::read_value(std::uint32_t& value, const JsonNode& node, const Field& field,
                            const std::string& pointer) {
  Field narrow = field;
  narrow.most = std::min(field.most, static_cast<double>(std::numeric_limits<std::uint32_t>::max()));
  std::uint64_t wide = value;
  read_value(wide, node, narrow, pointer);
  value = static_cast<std::uint32_t>(wide);
}

void TreeReader::read_value(bool& value, const JsonNode& node, const Field&, const std::string& pointer) {
  if (node.kind != JsonKind::boolean) return mismatch(node, pointer, "true or false");
  value = node.boolean;
}

void TreeReader::read_value(std::string& value, const JsonNode& node, const Field& field, const std::string& pointer) {
  const auto length = static_cast<double>(characters(node.text));
  if (node.kind != JsonKind::text || !within(length, field)) {
    return mismatch(node, pointer, "a string of " + count_accepted(field.least, field.most, "characters"));
  }
  if (std::any_of(node.text.begin(), node.text.end(), is_control)) {
    return mismatch(node, pointer, "a string of one line, without control characters");
  }
  value = node.text;
}

void TreeReader::read_value(Duration& value, const JsonNode& node, const Field& field, const std::string& pointer) {
  if (node.kind != JsonKind::text) return mismatch(node, pointer, "a string holding " + duration_accepted(field));
  const Result<Duration> read = parse_duration(node.text);
  if (!read) return mismatch(node, pointer, duration_accepted(field));
  // Limits are a few significant digits of seconds: well within what a double holds exactly.
  const double seconds = static_cast<double>(read.value().us) / 1e6;
  if (!within(seconds, field)) return mismatch(node, pointer, duration_accepted(field));
  value = read.value();
}

void TreeReader::read_value(Date& value, const JsonNode& node, const Field&, const std::string& pointer) {
  const Result<Date> read = parse_date(node.text);
  if (node.kind != JsonKind::text || !read)
    return mismatch(node, pointer, read.ok() ? "a date" : read.error().accepted);
  value = read.value();
}

void TreeReader::read_value(Scale& value, const JsonNode& node, const Field&, const std::string& pointer) {
  const Result<Scale> read = parse_scale(node.text);
  if (node.kind != JsonKind::text || !read) {
    return mismatch(node, pointer, "a string holding " + (read.ok() ? "a share" : read.error().accepted));
  }
  value = read.value();
}

bool TreeReader::keys_accepted(const JsonNode& node, const std::string& pointer,
                               std::span<const std::string_view> names, std::span<const std::string_view> required) {
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    if (std::find(names.begin(), names.end(), node.keys[i]) != names.end()) continue;
    fail(pointer + pointer_token(node.keys[i]), node.keys_at[i], "unknown key " + quoted_text(node.keys[i]),
         "nearest known keys are " + nearest(node.keys[i], names));
    return false;
  }
  for (const std::string_view name : required) {
    if (node.find(name) != nullptr) continue;
    fail(pointer, node.at, "missing key " + quoted_text(name), "an object with " + one_of(required, "and"));
    return false;
  }
  return true;
}

void TreeReader::mismatch(const JsonNode& node, const std::string& pointer, std::string accepted) {
  fail(pointer, node.at, "found " + node.summary(), std::move(accepted));
}

void TreeReader::fail(const std::string& pointer, TextPosition at, std::string found, std::string accepted) {
  if (!error_) error_ = Error{file_, place_of(pointer, at), std::move(found), std::move(accepted)};
}

}  // namespace dwell::world
