#include "sim/world/plain_document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/world/scenario_fields.hpp"

namespace dwell::world {

Error PlainDocument::wrong(const JsonNode& node, const std::string& pointer, std::string accepted) const {
  return {file_, place_of(pointer, node.at), "found " + node.summary(), std::move(accepted)};
}

Status PlainDocument::check_keys(const JsonNode& node, const std::string& pointer,
                                 std::span<const std::string_view> keys) const {
  if (node.kind != JsonKind::object) return wrong(node, pointer, "an object with " + one_of(keys, "and"));
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    if (std::find(keys.begin(), keys.end(), node.keys[i]) != keys.end()) continue;
    return Error{file_, place_of(pointer + pointer_token(node.keys[i]), node.keys_at[i]),
                 "unknown key " + quoted_text(node.keys[i]), "nearest known keys are " + nearest(node.keys[i], keys)};
  }
  for (const std::string_view key : keys) {
    if (node.find(key) != nullptr) continue;
    return Error{file_, place_of(pointer, node.at), "missing key " + quoted_text(key),
                 "an object with " + one_of(keys, "and")};
  }
  return success();
}

Status PlainDocument::read_line(const JsonNode& object, const std::string& pointer, const std::string& key,
                                std::size_t longest, std::string& out) const {
  const JsonNode& node = *object.find(key);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const bool fits = node.kind == JsonKind::text && !node.text.empty() && node.text.size() <= longest &&
                    std::none_of(node.text.begin(), node.text.end(), is_control);
  if (!fits)
    return wrong(node, pointer + '/' + key, fmt::format("a string of 1 to {} characters on one line", longest));
  out = node.text;
  return success();
}

}  // namespace dwell::world
