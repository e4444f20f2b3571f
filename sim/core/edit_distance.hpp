#pragma once
// How far a name is from another, for what was typed nearly right.

#include <cstddef>
#include <string_view>

namespace dwell {

/// The fewest insertions, deletions, substitutions and swaps of neighbours that turn one into the other (optimal string
/// alignment; Damerau 1964). O(|a|·|b|) time, O(|b|) memory.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace dwell
