#include "bench/cli/option_values.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace dwell::cli {
namespace {

/// The whole of `text` as a number, nothing else.
template <class Number>
bool parse_whole(const std::string& text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc{} && stopped == end;
}

}  // namespace

Error flag_error(const std::string& flag, const std::string& found, std::string accepted) {
  return {"", "--" + flag, fmt::format("found \"{}\"", found), std::move(accepted)};
}

Result<std::uint64_t> whole_number(const std::string& flag, const std::string& text, std::uint64_t least,
                                   std::uint64_t most) {
  std::uint64_t value = 0;
  if (!parse_whole(text, value) || value < least || value > most) {
    return flag_error(flag, text, fmt::format("a whole number from {} to {}", least, most));
  }
  return value;
}

Status read_real(const Values& values, const std::string& flag, double least, double most, double& out) {
  if (values.count(flag) == 0) return success();
  const std::string& text = values[flag].as<std::string>();
  double value = 0;
  if (!parse_whole(text, value) || !std::isfinite(value) || value < least || value > most) {
    return flag_error(flag, text, fmt::format("a number from {} to {}", least, most));
  }
  out = value;
  return success();
}

Status read_text(const Values& values, const std::string& flag, std::string& out) {
  if (values.count(flag) == 0) return success();
  out = values[flag].as<std::string>();
  if (out.empty()) return flag_error(flag, out, "a name");
  return success();
}

}  // namespace dwell::cli
