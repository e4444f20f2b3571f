#pragma once
// A JSON text as a tree that remembers where everything stood, so that any later complaint can name pointer, line and
// column.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/result.hpp"

namespace dwell::world {

/// Line and column, both from 1; columns count characters of UTF-8.
struct TextPosition {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

enum class JsonKind : std::uint8_t { null, boolean, number, text, array, object };

struct JsonNode {
  JsonKind kind = JsonKind::null;
  TextPosition at;
  bool boolean = false;
  double number = 0;
  bool whole = false;                 ///< a number that is whole, not negative and below 2^64
  std::uint64_t magnitude = 0;        ///< its value
  std::string text;                   ///< value of a string
  std::vector<std::string> keys;      ///< of an object, as written
  std::vector<TextPosition> keys_at;  ///< where each key stands
  std::vector<JsonNode> items;        ///< members (parallel to keys) or elements

  /// The member under `key`, or nullptr.
  [[nodiscard]] const JsonNode* find(std::string_view key) const;
  /// "a string, \"abc\"", "the number 1.5", "an array of 3": for messages.
  [[nodiscard]] std::string summary() const;
};

/// A text as a message shows it: in quotes, control characters escaped, cut after some sixty characters.
std::string quoted_text(std::string_view text);

/// The node as JSON text again; members keep their order.
std::string json_text(const JsonNode& node);

/// Reads one JSON text (RFC 8259, UTF-8). Errors: syntax, duplicate keys, nesting deeper than 16; each with its place.
Result<JsonNode> parse_document(std::string_view text, const std::string& file);

/// `key` as a reference token of a JSON pointer (RFC 6901), with its leading slash.
std::string pointer_token(std::string_view key);

/// "/campaign/length (line 12, column 7)"; the empty pointer is the top level.
std::string place_of(const std::string& pointer, TextPosition at);

/// Where the value under a pointer stands: the key of a member, the value of an element; the nearest ancestor if
/// absent.
TextPosition locate(const JsonNode& root, std::string_view pointer);

}  // namespace dwell::world
