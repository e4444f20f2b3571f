#pragma once
// Parameter grids: for detectors of the catalogue, the values a study would sweep (detectors/parameter_grids.json).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/result.hpp"

namespace dwell::run {

struct Grid {
  std::string detector;
  std::vector<std::pair<std::string, std::vector<double>>> parameters;  ///< name and values

  [[nodiscard]] std::size_t combinations() const;
};

/// Most detectors that one word, or one command, expands to; the project's grids together are fewer.
inline constexpr std::size_t kMostCombinations = 500;

/// Errors name file, pointer and position: no object of objects of lists, a detector or parameter that does not exist,
/// a value out of its range or twice, a grid of more than kMostCombinations.
Result<std::vector<Grid>> read_grids(const std::string& path);
Result<std::vector<Grid>> parse_grids(std::string_view text, const std::string& file);

/// What is typed after --detector, each "name:*" (or, with `all`, each name) replaced by every combination of its grid,
/// as it would be typed; with `all` and nothing typed, the whole catalogue. Errors: a detector without a grid, together
/// more than kMostCombinations.
Result<std::vector<std::string>> expand(const std::vector<std::string>& typed, bool all,
                                        const std::vector<Grid>& grids);

}  // namespace dwell::run
