#pragma once
// Names that were nearly right.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dwell::cli {

/// The fewest insertions, deletions, substitutions and swaps of neighbours that turn one into the other (optimal string
/// alignment; Damerau 1964). O(|a|·|b|).
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate most like `word`, or an empty string when none is: at most a third of its letters (but two) differ.
std::string nearest(std::string_view word, std::span<const std::string> candidates);
/// "a, b, c", or "c (did you mean it?), a, b" with the nearest first.
std::string accepted_names(std::string_view word, std::span<const std::string> candidates);

}  // namespace dwell::cli
