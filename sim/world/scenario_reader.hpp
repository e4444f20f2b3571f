#pragma once
// Reads described structs from a JSON tree. Keys not given keep the value they have; the first mistake stops the
// reading.

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sim/world/scenario_document.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::world {

class TreeReader {
 public:
  explicit TreeReader(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  template <Described T>
  void read_struct(T& object, const JsonNode& node, const std::string& pointer) {
    if (node.kind != JsonKind::object) return mismatch(node, pointer, "an object");
    KeyCollector keys;
    T::describe(object, keys);
    if (!keys_accepted(node, pointer, keys.names, kRequiredKeys<T>)) return;
    const auto visit = [&](auto& value, const Field& field) {
      const JsonNode* member = error_ ? nullptr : node.find(field.name);
      if (member == nullptr) return;
      bool required = false;
      for (const std::string_view name : kRequiredKeys<T>) required = required || name == field.name;
      read(value, *member, field, pointer + '/' + std::string(field.name), required);
    };
    T::describe(object, visit);
  }

 private:
  template <class T>
  void read(T& value, const JsonNode& node, const Field& field, const std::string& pointer, bool required) {
    if constexpr (Described<T>) {
      read_struct(value, node, pointer);
    } else if constexpr (IsVector<T>::value) {
      read_vector(value, node, field, pointer, required);
    } else if constexpr (IsNumberArray<T>::value) {
      read_array(value, node, field, pointer);
    } else if constexpr (std::is_enum_v<T>) {
      read_enum(value, node, pointer);
    } else {
      read_value(value, node, field, pointer);
    }
  }

  template <class T>
  void read_vector(std::vector<T>& values, const JsonNode& node, const Field& field, const std::string& pointer,
                   bool required) {
    // What may be left out may also be given as empty.
    const double least = required ? field.least : 0;
    const auto count = static_cast<double>(node.items.size());
    const bool fits = count <= field.most && (count >= field.least || count == least);
    if (node.kind != JsonKind::array || !fits) {
      return mismatch(node, pointer, "an array of " + count_accepted(least, field.most, "elements"));
    }
    values.assign(node.items.size(), T{});
    for (std::size_t i = 0; i < values.size() && !error_; ++i) {
      read(values[i], node.items[i], field, pointer + '/' + std::to_string(i), true);
    }
  }

  template <std::size_t N>
  void read_array(std::array<double, N>& values, const JsonNode& node, const Field& field, const std::string& pointer) {
    if (node.kind != JsonKind::array || node.items.size() != N) {
      return mismatch(node, pointer, "an array of " + count_accepted(N, N, "numbers"));
    }
    for (std::size_t i = 0; i < N && !error_; ++i) {
      read_value(values[i], node.items[i], field, pointer + '/' + std::to_string(i));
    }
  }

  template <class E>
  void read_enum(E& value, const JsonNode& node, const std::string& pointer) {
    const std::span<const std::string_view> names = enum_names(E{});
    for (std::size_t i = 0; i < names.size() && node.kind == JsonKind::text; ++i) {
      if (names[i] != node.text) continue;
      value = static_cast<E>(i);
      return;
    }
    mismatch(node, pointer, one_of(names));
  }

  void read_value(double& value, const JsonNode& node, const Field& field, const std::string& pointer);
  void read_value(std::uint32_t& value, const JsonNode& node, const Field& field, const std::string& pointer);
  void read_value(std::uint64_t& value, const JsonNode& node, const Field& field, const std::string& pointer);
  void read_value(bool& value, const JsonNode& node, const Field& field, const std::string& pointer);
  void read_value(std::string& value, const JsonNode& node, const Field& field, const std::string& pointer);
  void read_value(Duration& value, const JsonNode& node, const Field& field, const std::string& pointer);
  void read_value(Date& value, const JsonNode& node, const Field& field, const std::string& pointer);
  void read_value(Scale& value, const JsonNode& node, const Field& field, const std::string& pointer);

  bool keys_accepted(const JsonNode& node, const std::string& pointer, std::span<const std::string_view> names,
                     std::span<const std::string_view> required);
  void mismatch(const JsonNode& node, const std::string& pointer, std::string accepted);
  void fail(const std::string& pointer, TextPosition at, std::string found, std::string accepted);

  std::string file_;
  std::optional<Error> error_;
};

}  // namespace dwell::world
