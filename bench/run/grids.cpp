#include "bench/run/grids.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "detectors/catalogue.hpp"
#include "detectors/chosen.hpp"
#include "sim/world/file_text.hpp"
#include "sim/world/scenario_document.hpp"

namespace dwell::run {
namespace {

using world::JsonKind;
using world::JsonNode;

constexpr std::string_view kEvery = ":*";

class GridReader {
 public:
  explicit GridReader(std::string file) : file_(std::move(file)) {}

  Result<std::vector<Grid>> read(const JsonNode& root) const {
    if (root.kind != JsonKind::object) return bad(root, "", "an object with a grid for each detector");
    std::vector<Grid> grids;
    for (std::size_t i = 0; i < root.keys.size(); ++i) {
      const std::string pointer = world::pointer_token(root.keys[i]);
      const auto entry = detect::find_detector(root.keys[i]);
      if (!entry)
        return Error{file_, world::place_of(pointer, root.keys_at[i]), entry.error().found, entry.error().accepted};
      auto grid = read_grid(root.items[i], pointer, entry.value()->describe());
      if (!grid) return grid.error();
      grids.push_back(std::move(grid.value()));
    }
    return grids;
  }

 private:
  Result<Grid> read_grid(const JsonNode& node, const std::string& pointer, detect::Descriptor descriptor) const {
    Grid grid{descriptor.name, {}};
    if (node.kind != JsonKind::object || node.keys.empty())
      return bad(node, pointer, "an object with a list of values for each parameter");
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      auto values = read_values(node.items[i], pointer + world::pointer_token(node.keys[i]), node.keys[i], descriptor);
      if (!values) return values.error();
      grid.parameters.emplace_back(node.keys[i], std::move(values.value()));
    }
    if (grid.combinations() > kMostCombinations)
      return bad(node, pointer, fmt::format("at most {} combinations, not {}", kMostCombinations, grid.combinations()));
    return grid;
  }

  Result<std::vector<double>> read_values(const JsonNode& node, const std::string& pointer, const std::string& name,
                                          detect::Descriptor& descriptor) const {
    if (node.kind != JsonKind::array || node.items.empty()) return bad(node, pointer, "a list of numbers");
    std::vector<double> values;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const JsonNode& item = node.items[i];
      const std::string at = pointer + "/" + std::to_string(i);
      if (item.kind != JsonKind::number) return bad(item, at, "a number");
      if (const Status set = descriptor.set(name, item.number); !set)
        return Error{file_, world::place_of(at, item.at), fmt::format("{}: {}", name, set.error().found),
                     set.error().accepted};
      if (std::find(values.begin(), values.end(), item.number) != values.end())
        return bad(item, at, "every value once");
      values.push_back(item.number);
    }
    return values;
  }

  [[nodiscard]] Error bad(const JsonNode& node, const std::string& pointer, std::string accepted) const {
    return {file_, world::place_of(pointer, node.at), "found " + node.summary(), std::move(accepted)};
  }

  std::string file_;
};

/// "ewma:lambda=0.1,two_sided=1" and all others, the last parameter changing fastest.
void append_combinations(const Grid& grid, std::vector<std::string>& out) {
  std::vector<std::string> words = {grid.detector};
  for (std::size_t p = 0; p < grid.parameters.size(); ++p) {
    std::vector<std::string> longer;
    for (const std::string& word : words) {
      for (const double value : grid.parameters[p].second)
        longer.push_back(word + (p == 0 ? ":" : ",") + detect::typed_parameter(grid.parameters[p].first, value));
    }
    words = std::move(longer);
  }
  out.insert(out.end(), words.begin(), words.end());
}

const Grid* find_grid(const std::vector<Grid>& grids, std::string_view name) {
  const auto at = std::find_if(grids.begin(), grids.end(), [&](const Grid& grid) { return grid.detector == name; });
  return at == grids.end() ? nullptr : &*at;
}

Error without_grid(const std::string& word, const std::vector<Grid>& grids) {
  std::string names;
  for (const Grid& grid : grids) names += (names.empty() ? "" : ", ") + grid.detector;
  return {"", "detector", fmt::format("found no parameter grid for \"{}\"", word),
          names.empty() ? "none has one" : "a name without parameters of: " + names};
}

}  // namespace

std::size_t Grid::combinations() const {
  std::size_t product = 1;
  for (const auto& [name, values] : parameters) product = std::min(product * values.size(), kMostCombinations + 1);
  return product;
}

Result<std::vector<Grid>> parse_grids(std::string_view text, const std::string& file) {
  const Result<JsonNode> document = world::parse_document(text, file);
  if (!document) return document.error();
  return GridReader(file).read(document.value());
}

Result<std::vector<Grid>> read_grids(const std::string& path) {
  const Result<std::string> text = world::read_text_file(path);
  if (!text) return text.error();
  return parse_grids(text.value(), path);
}

Result<std::vector<std::string>> expand(const std::vector<std::string>& typed, bool all,
                                        const std::vector<Grid>& grids) {
  std::vector<std::string> out;
  for (const std::string& word : typed) {
    const bool every = word.ends_with(kEvery);
    if (!every && !all) {
      out.push_back(word);
      continue;
    }
    const Grid* const grid = find_grid(grids, every ? word.substr(0, word.size() - kEvery.size()) : word);
    if (grid == nullptr) return without_grid(word, grids);
    append_combinations(*grid, out);
  }
  if (all && typed.empty()) {
    for (const detect::CatalogueEntry& entry : detect::catalogue()) {
      const std::string name = entry.describe().name;
      const Grid* const grid = find_grid(grids, name);
      if (grid == nullptr) {
        out.push_back(name);
      } else {
        append_combinations(*grid, out);
      }
    }
  }
  if (out.size() > kMostCombinations)
    return Error{"", all ? "--grid" : "detector", fmt::format("found {} combinations of parameters", out.size()),
                 fmt::format("at most {}; {}", kMostCombinations,
                             all && typed.empty() ? "name detectors" : "name fewer detectors")};
  return out;
}

}  // namespace dwell::run
