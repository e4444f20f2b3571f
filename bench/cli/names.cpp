#include "bench/cli/names.hpp"

#include <algorithm>

#include "sim/core/edit_distance.hpp"

namespace dwell::cli {

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestName = 64;  // longer words are no slips of the finger
  if (word.size() > kLongestName) return "";
  std::string best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const bool beginning = word.size() >= 3 && candidate.starts_with(word);
    const std::size_t distance = beginning ? 1 : edit_distance(word, candidate);
    if (distance < least && distance < std::max(word.size(), candidate.size())) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string accepted_names(std::string_view word, std::span<const std::string> candidates) {
  const std::string best = nearest(word, candidates);
  std::string text = best.empty() ? "" : best + " (did you mean it?)";
  for (const std::string& candidate : candidates) {
    if (candidate != best) text += (text.empty() ? "" : ", ") + candidate;
  }
  return text;
}

std::string accepted_names_or_path(std::string_view word, std::span<const std::string> candidates,
                                   std::string_view example) {
  const std::string names = accepted_names(word, candidates);
  return (names.empty() ? "a path" : names + ", or a path") + " such as " + std::string(example);
}

}  // namespace dwell::cli
