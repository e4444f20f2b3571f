#include "bench/validate/words.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dwell::validate {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Letters, digits and plus signs, in lower case.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char l = lower(c);
    if ((l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || l == '+') out += l;
  }
  return out;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Carrier carrier_of(std::string_view name) {
  const std::string word = bare(name);
  if (word.empty()) return Carrier::unknown;
  if (word.starts_with("mvno")) return Carrier::mvno;
  if (word.starts_with("skt") || word.starts_with("sktelecom")) return Carrier::skt;
  if (word.starts_with("lgu") || word.starts_with("lguplus")) return Carrier::lgu;
  if (word == "kt" || word == "ktmobile" || word == "ktcorp") return Carrier::kt;
  return Carrier::other;
}

std::string_view carrier_name(Carrier carrier) {
  constexpr std::array<std::string_view, kCarriers> kNames = {"", "SKT", "KT", "LGU+", "MVNO", "other"};
  return kNames[static_cast<std::size_t>(carrier)];
}

System system_of(std::string_view name) {
  const std::string word = bare(name);
  if (word.empty()) return System::unknown;
  if (word.starts_with("android")) return System::android;
  if (word.starts_with("ios") || word.starts_with("iphone") || word.starts_with("ipad")) return System::ios;
  return System::other;
}

}  // namespace dwell::validate
