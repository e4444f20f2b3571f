#include "detectors/chosen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "detectors/catalogue.hpp"

namespace dwell::detect {
namespace {

Error refuse(const std::string& detector, std::string found, std::string accepted) {
  return {"", detector, std::move(found), std::move(accepted)};
}

std::string parameter_names(const Descriptor& descriptor) {
  std::string names;
  for (const Parameter& p : descriptor.parameters) names += (names.empty() ? "" : ", ") + p.name;
  return names.empty() ? "none: it has no parameters" : names;
}

Status set_parameter(Descriptor& descriptor, std::string_view word) {
  const std::size_t equals = word.find('=');
  const std::string name(word.substr(0, equals));
  if (equals == std::string_view::npos || name.empty())
    return refuse(descriptor.name, fmt::format("found \"{}\"", word),
                  fmt::format("parameter=value with one of: {}", parameter_names(descriptor)));
  const std::string_view text = word.substr(equals + 1);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || stopped != end || value != value)
    return refuse(descriptor.name, fmt::format("found \"{}\"", word), fmt::format("a number after {}=", name));
  const Status set = descriptor.set(name, value);
  if (set) return success();
  return refuse(descriptor.name, fmt::format("found \"{}\"", word), set.error().accepted);
}

}  // namespace

Result<Chosen> choose_detector(std::string_view typed) {
  const std::size_t colon = typed.find(':');
  const auto found = find_detector(typed.substr(0, colon));
  if (!found) return found.error();
  Chosen out{found.value(), found.value()->describe(), {}};
  if (colon == std::string_view::npos) return out;
  for (std::size_t begin = colon + 1; begin <= typed.size();) {
    const std::size_t end = std::min(typed.find(',', begin), typed.size());
    const std::string_view word = typed.substr(begin, end - begin);
    if (const Status set = set_parameter(out.descriptor, word); !set) return set.error();
    std::string name(word.substr(0, word.find('=')));
    if (std::find(out.set.begin(), out.set.end(), name) != out.set.end())
      return refuse(out.descriptor.name, fmt::format("found {} twice", name), "one value a parameter");
    out.set.push_back(std::move(name));
    begin = end + 1;
  }
  if (out.entry->memory_bound != nullptr) out.descriptor.memory_bound_bytes = out.entry->memory_bound(out.descriptor);
  // As each number is written shortest, so that a setting has one name however it was typed.
  std::string name = out.descriptor.name;
  for (std::size_t i = 0; i < out.set.size(); ++i) {
    const auto set = std::find_if(out.descriptor.parameters.begin(), out.descriptor.parameters.end(),
                                  [&](const Parameter& p) { return p.name == out.set[i]; });
    name += i == 0 ? ':' : ',';
    name += typed_parameter(set->name, set->value);
  }
  out.descriptor.name = std::move(name);
  return out;
}

std::string typed_parameter(std::string_view name, double value) { return fmt::format("{}={}", name, value); }

}  // namespace dwell::detect
