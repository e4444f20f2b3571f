#include "sim/world/scenario_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>
#include <utility>

namespace dwell::world {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kDeepest = 16;

bool is_gap(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ':'; }
bool is_delimiter(char c) { return is_gap(c) || c == ']' || c == '}'; }

/// Follows the text token by token behind the parser, which reports tokens without saying where they stood. It may
/// assume correct syntax up to the token reported.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") offset_ = 3;
  }

  /// Moves over the gap before the next token and returns where it begins.
  TextPosition begin() {
    while (offset_ < text_.size() && is_gap(text_[offset_])) step();
    return at_;
  }
  void over_bracket() { step(); }
  void over_string() {
    step();
    while (offset_ < text_.size() && text_[offset_] != '"') {
      if (text_[offset_] == '\\') step();
      step();
    }
    step();
  }
  void over_word() {
    while (offset_ < text_.size() && !is_delimiter(text_[offset_])) step();
  }
  /// Moves to a byte offset ahead.
  TextPosition move_to(std::size_t offset) {
    while (offset_ < std::min(offset, text_.size())) step();
    return at_;
  }

 private:
  void step() {
    if (offset_ >= text_.size()) return;
    const auto byte = static_cast<unsigned char>(text_[offset_++]);
    if (byte == '\n') {
      ++at_.line;
      at_.column = 1;
    } else if (offset_ >= text_.size() || (static_cast<unsigned char>(text_[offset_]) & 0xC0U) != 0x80U) {
      ++at_.column;
    }
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  TextPosition at_;
};

/// Builds the tree from the parser's events. Returning false stops the parser; the reason is in error().
class TreeBuilder final : public nlohmann::json_sax<Json> {
 public:
  TreeBuilder(std::string_view text, const std::string& file) : cursor_(text), file_(file) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] JsonNode take() { return std::move(root_); }

  bool null() override { return word(JsonKind::null) != nullptr; }
  bool boolean(bool value) override {
    word(JsonKind::boolean)->boolean = value;
    return true;
  }
  bool number_integer(number_integer_t value) override {
    JsonNode* node = word(JsonKind::number);
    node->number = static_cast<double>(value);
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    JsonNode* node = word(JsonKind::number);
    node->number = static_cast<double>(value);
    node->whole = true;
    node->magnitude = value;
    return true;
  }
  bool number_float(number_float_t value, const string_t&) override {
    JsonNode* node = word(JsonKind::number);
    node->number = value;
    node->whole = value >= 0 && value < 0x1p63 && std::floor(value) == value;
    if (node->whole) node->magnitude = static_cast<std::uint64_t>(value);
    return true;
  }
  bool string(string_t& value) override {
    const TextPosition at = cursor_.begin();
    cursor_.over_string();
    add(JsonKind::text, at)->text = std::move(value);
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(JsonKind::object); }
  bool start_array(std::size_t) override { return open(JsonKind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const TextPosition at = cursor_.begin();
    cursor_.over_string();
    Open& open = open_.back();
    open.node->keys.push_back(name);
    open.node->keys_at.push_back(at);
    if (!open.seen.insert(name).second) return fail(at, "duplicate key " + quoted_text(name), "every key once");
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& problem) override {
    // The parser's text says where in its own words first; we say it in ours.
    std::string what = problem.what();
    if (const std::size_t tag = what.find("] "); tag != std::string::npos) what = what.substr(tag + 2);
    if (what.rfind("parse error at", 0) == 0) {
      if (const std::size_t colon = what.find(": "); colon != std::string::npos) what = what.substr(colon + 2);
    }
    std::erase_if(what, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    return fail(cursor_.move_to(position > 0 ? position - 1 : 0), "not JSON: " + what, "JSON (RFC 8259) in UTF-8");
  }

 private:
  struct Open {
    JsonNode* node;
    std::unordered_set<std::string> seen;
  };

  bool fail(TextPosition at, std::string found, std::string accepted) {
    error_ = Error{file_, place_of(pointer(), at), std::move(found), std::move(accepted)};
    return false;
  }

  /// Where the parser is: the last key of every open object, the last index of every open array.
  [[nodiscard]] std::string pointer() const {
    std::string text;
    for (const Open& open : open_) {
      if (open.node->kind == JsonKind::object && !open.node->keys.empty())
        text += pointer_token(open.node->keys.back());
      if (open.node->kind == JsonKind::array && !open.node->items.empty()) {
        text += '/' + std::to_string(open.node->items.size() - 1);
      }
    }
    return text;
  }

  JsonNode* add(JsonKind kind, TextPosition at) {
    JsonNode* node = &root_;
    if (!open_.empty()) node = &open_.back().node->items.emplace_back();
    node->kind = kind;
    node->at = at;
    return node;
  }
  JsonNode* word(JsonKind kind) {
    const TextPosition at = cursor_.begin();
    cursor_.over_word();
    return add(kind, at);
  }
  bool open(JsonKind kind) {
    const TextPosition at = cursor_.begin();
    cursor_.over_bracket();
    open_.push_back({add(kind, at), {}});
    if (open_.size() > kDeepest) {
      return fail(at, "nested too deeply", "at most " + std::to_string(kDeepest) + " levels");
    }
    return true;
  }
  bool close() {
    cursor_.begin();
    cursor_.over_bracket();
    open_.pop_back();
    return true;
  }

  Cursor cursor_;
  const std::string& file_;
  JsonNode root_;
  // Pointers to open nodes stay valid: while a child is open, its parent's items do not grow.
  std::vector<Open> open_;
  std::optional<Error> error_;
};

nlohmann::ordered_json json_of(const JsonNode& node) {
  using Ordered = nlohmann::ordered_json;
  switch (node.kind) {
    case JsonKind::null:
      return nullptr;
    case JsonKind::boolean:
      return node.boolean;
    case JsonKind::number:
      return node.whole ? Ordered(node.magnitude) : Ordered(node.number);
    case JsonKind::text:
      return node.text;
    case JsonKind::array: {
      Ordered array = Ordered::array();
      for (const JsonNode& item : node.items) array.push_back(json_of(item));
      return array;
    }
    case JsonKind::object: {
      Ordered object = Ordered::object();
      for (std::size_t i = 0; i < node.keys.size(); ++i) object[node.keys[i]] = json_of(node.items[i]);
      return object;
    }
  }
  return nullptr;
}

}  // namespace

std::string json_text(const JsonNode& node) { return json_of(node).dump(); }

const JsonNode* JsonNode::find(std::string_view key) const {
  const auto it = std::find(keys.begin(), keys.end(), key);
  return it == keys.end() ? nullptr : &items[static_cast<std::size_t>(it - keys.begin())];
}

std::string JsonNode::summary() const {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return boolean ? "true" : "false";
    case JsonKind::number:
      return "the number " + (whole ? std::to_string(magnitude) : fmt::format("{}", number));
    case JsonKind::text:
      return "the string " + quoted_text(text);
    case JsonKind::array:
      return "an array of " + std::to_string(items.size());
    case JsonKind::object:
      return "an object";
  }
  return "";
}

std::string quoted_text(std::string_view text) {
  constexpr std::size_t kMost = 64;
  // Text from a command line may be anything: what is not UTF-8 is replaced.
  const std::string shown = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  if (shown.size() <= kMost) return shown;
  std::size_t cut = kMost;
  while (cut > 0 && (static_cast<unsigned char>(shown[cut]) & 0xC0U) == 0x80U) --cut;
  return shown.substr(0, cut) + "…\"";
}

Result<JsonNode> parse_document(std::string_view text, const std::string& file) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return is_gap(c) && c != ',' && c != ':'; })) {
    return Error{file, "", "the file is empty", "a JSON object"};
  }
  TreeBuilder builder(text, file);
  Json::sax_parse(text.begin(), text.end(), &builder);
  if (builder.error()) return *builder.error();
  return builder.take();
}

std::string pointer_token(std::string_view key) {
  std::string token = "/";
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return token;
}

std::string place_of(const std::string& pointer, TextPosition at) {
  return (pointer.empty() ? "top level" : pointer) + " (line " + std::to_string(at.line) + ", column " +
         std::to_string(at.column) + ")";
}

TextPosition locate(const JsonNode& root, std::string_view pointer) {
  const JsonNode* node = &root;
  TextPosition at = root.at;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    const std::string_view token = pointer.substr(0, end);
    std::size_t i = 0;
    if (node->kind == JsonKind::object) {
      while (i < node->keys.size() && pointer_token(node->keys[i]) != token) ++i;
    } else {
      while (i < node->items.size() && '/' + std::to_string(i) != token) ++i;
    }
    if (i >= node->items.size()) return at;
    at = node->kind == JsonKind::object ? node->keys_at[i] : node->items[i].at;
    node = &node->items[i];
    pointer.remove_prefix(end);
  }
  return at;
}

}  // namespace dwell::world
