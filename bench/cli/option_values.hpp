#pragma once
// Values of options from what was written: each reader leaves `out` alone when the option was not given, and otherwise
// checks form and range. For the files that parse arguments only.

#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/cli/names.hpp"
#include "sim/core/result.hpp"
#include "sim/world/enum_names.hpp"

namespace dwell::cli {

using Values = boost::program_options::variables_map;

Error flag_error(const std::string& flag, const std::string& found, std::string accepted);
Result<std::uint64_t> whole_number(const std::string& flag, const std::string& text, std::uint64_t least,
                                   std::uint64_t most);
/// A finite decimal number in [least, most].
Status read_real(const Values& values, const std::string& flag, double least, double most, double& out);
Status read_text(const Values& values, const std::string& flag, std::string& out);

template <class Number>
Status read_number(const Values& values, const std::string& flag, std::uint64_t least, std::uint64_t most,
                   Number& out) {
  if (values.count(flag) == 0) return success();
  const Result<std::uint64_t> number = whole_number(flag, values[flag].as<std::string>(), least, most);
  if (!number) return number.error();
  out = static_cast<Number>(number.value());
  return success();
}

template <class Enum>
Status read_enum(const Values& values, const std::string& flag, std::optional<Enum>& out) {
  if (values.count(flag) == 0) return success();
  const std::string& text = values[flag].as<std::string>();
  std::vector<std::string> names;
  for (const std::string_view name : enum_names(Enum{})) {
    if (name == text) out = static_cast<Enum>(names.size());
    names.emplace_back(name);
  }
  if (!out) return flag_error(flag, text, accepted_names(text, names));
  return success();
}

}  // namespace dwell::cli
