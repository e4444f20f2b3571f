// Damaged scenarios never crash the reader: it gives a sound scenario or one error that names a place and what is
// accepted.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "sim/world/scenario.hpp"
#include "sim/world/scenario_check.hpp"

namespace dwell::world {
namespace {

using Bits = std::mt19937_64;
constexpr std::array<std::string_view, 24> kPieces = {"{",
                                                      "}",
                                                      "[",
                                                      "]",
                                                      ",",
                                                      ":",
                                                      "\"",
                                                      "\\",
                                                      "null",
                                                      "true",
                                                      "-1",
                                                      "1e308",
                                                      "1e999",
                                                      "18446744073709551616",
                                                      "0.5",
                                                      "\"\"",
                                                      "\"0 s\"",
                                                      "\"9999999999 d\"",
                                                      "\"1/0\"",
                                                      "\\u0000",
                                                      "\xFF",
                                                      "\xED\xA0\x80",
                                                      "\xEF\xBB\xBF",
                                                      "[[[[[[[[[[[[[[[[[[[[[["};

std::size_t below(Bits& bits, std::size_t n) { return static_cast<std::size_t>(bits() % std::max<std::size_t>(n, 1)); }

/// One to four edits: a byte, a piece of JSON, a cut, a copy, or a whole token replaced.
std::string damaged(std::string text, Bits& bits) {
  for (std::size_t edits = 1 + below(bits, 4); edits > 0; --edits) {
    const std::size_t at = below(bits, text.size());
    const std::string_view piece = kPieces[below(bits, kPieces.size())];
    switch (bits() % 6) {
      case 0:
        if (!text.empty()) text[at] = static_cast<char>(bits());
        break;
      case 1:
        text.insert(at, piece);
        break;
      case 2:
        text.erase(at, below(bits, 40));
        break;
      case 3:
        text.insert(at, text.substr(below(bits, text.size()), below(bits, 200)));
        break;
      case 4:
        text.resize(at);
        break;
      default: {
        const std::size_t start = text.find_first_of(":[,", at);
        if (start == std::string::npos) break;
        const std::size_t end = std::min(text.find_first_of(",]}\n", start + 1), text.size());
        text.replace(start + 1, end - start - 1, piece);
      }
    }
  }
  return text;
}

void hold(const std::string& text) {
  const auto read = parse_scenario(text, "fuzz.json");
  if (read.ok()) {
    CHECK_FALSE(find_contradiction(read.value()).has_value());
    return;
  }
  const Error& error = read.error();
  const bool placed = error.place.find("(line ") != std::string::npos || error.found == "the file is empty";
  const bool worded = !error.found.empty() && !error.accepted.empty() && error.message().size() < 1'000 &&
                      error.message().find('\n') == std::string::npos;
  if (!placed || !worded) FAIL(error.message() << "\nfrom: " << text);
}

TEST_CASE("damaged scenario texts give a sound scenario or one placed error") {
  const std::string whole = to_json(read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/tiny.json").value());
  Bits bits(2025);
  for (int i = 0; i < 3'000; ++i) hold(damaged(whole, bits));
}

TEST_CASE("every truncation of a scenario is refused") {
  const std::string whole = to_json(read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/tiny.json").value());
  for (std::size_t length = 0; length + 2 < whole.size(); length += 7) {
    const std::string cut = whole.substr(0, length);
    if (parse_scenario(cut, "cut.json").ok()) FAIL("read although cut at " << length);
    hold(cut);
  }
}

TEST_CASE("texts of nothing but pieces of JSON are refused with a place") {
  Bits bits(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (std::size_t n = below(bits, 12); n > 0; --n) text += kPieces[below(bits, kPieces.size())];
    if (parse_scenario(text, "pieces.json").ok()) FAIL("read: " << text);
    hold(text);
  }
}

TEST_CASE("a large object of unknown keys is refused without delay") {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text.back() = '}';
  CHECK(parse_scenario(text, "large.json").error().found == "unknown key \"k0\"");
}

}  // namespace
}  // namespace dwell::world
