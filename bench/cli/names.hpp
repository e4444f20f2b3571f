#pragma once
// Names that were nearly right.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dwell::cli {

/// The candidate most like `word`, or an empty string when none is: at most a third of its letters (but two) differ.
std::string nearest(std::string_view word, std::span<const std::string> candidates);
/// "a, b, c", or "c (did you mean it?), a, b" with the nearest first.
std::string accepted_names(std::string_view word, std::span<const std::string> candidates);
/// The same where a path will do as well, such as `example`.
std::string accepted_names_or_path(std::string_view word, std::span<const std::string> candidates,
                                   std::string_view example);

}  // namespace dwell::cli
