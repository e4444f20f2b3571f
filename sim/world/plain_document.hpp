#pragma once
// What readers of small documents beside scenarios (suites, plans) have to check, and how they say what is wrong.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sim/core/result.hpp"
#include "sim/world/scenario_document.hpp"

namespace dwell::world {

/// Errors name the file, the JSON pointer with line and column, what was found and what is accepted.
class PlainDocument {
 public:
  explicit PlainDocument(std::string file) : file_(std::move(file)) {}
  [[nodiscard]] const std::string& file() const { return file_; }

  /// That `node`, which stands under `pointer`, is not what is accepted there.
  [[nodiscard]] Error wrong(const JsonNode& node, const std::string& pointer, std::string accepted) const;
  /// An object with all of these keys and no other.
  [[nodiscard]] Status check_keys(const JsonNode& node, const std::string& pointer,
                                  std::span<const std::string_view> keys) const;
  /// The member under `key`, which the object has: a text of 1 to `longest` bytes on one line.
  [[nodiscard]] Status read_line(const JsonNode& object, const std::string& pointer, const std::string& key,
                                 std::size_t longest, std::string& out) const;

 private:
  std::string file_;
};

}  // namespace dwell::world
