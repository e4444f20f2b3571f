#include <cmath>
#include <concepts>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "bench/report/results_fields.hpp"
#include "bench/report/results_json.hpp"
#include "sim/world/scenario_document.hpp"

namespace dwell::report {
namespace {

using world::JsonKind;
using world::JsonNode;

/// Where a value stands, and the first thing that was wrong.
struct Context {
  const std::string& file;
  std::optional<Error> error;
  double horizon_days = 0;  // the manifest comes first

  void fail(const std::string& pointer, world::TextPosition at, std::string found, std::string accepted) {
    if (!error) error = Error{file, world::place_of(pointer, at), "found " + std::move(found), std::move(accepted)};
  }
};

template <class T>
void read_value(Context& context, const JsonNode& node, const std::string& pointer, T& value);

/// Refuses a number out of range; sums over runs may miss a bound by rounding.
void hold(Context& context, const JsonNode& node, const std::string& pointer, const Range& range) {
  if (context.error || node.kind != JsonKind::number) return;
  constexpr double kRounding = 1e-9;
  const double least = range.least_horizons != 0 ? range.least_horizons * context.horizon_days : range.least;
  const double most = range.most_horizons != 0 ? range.most_horizons * context.horizon_days : range.most;
  const double slack = std::isfinite(most) ? kRounding * most : 0;
  if (node.number >= least - slack && node.number <= most + slack) return;
  const std::string horizon = range.most_horizons != 0 ? ", the horizon in days" : "";
  context.fail(pointer, node.at, node.summary(),
               std::isfinite(most) ? fmt::format("a number from {} to {}{}", least, most, horizon)
                                   : fmt::format("a number, {} or more", least));
}

/// Reads the described fields of one struct and notes which keys it knows.
struct Reader {
  Context& context;
  const JsonNode& node;
  const std::string& pointer;
  std::vector<std::string_view> known{};

  template <class T>
  void operator()(std::string_view name, T& value, std::string_view, const Range& range = kAnyNumber) {
    known.push_back(name);
    if (context.error) return;
    const JsonNode* member = node.find(name);
    if (member == nullptr) {
      context.fail(pointer, node.at, "no key \"" + std::string(name) + "\"", "a complete document, as dwell writes it");
      return;
    }
    const std::string at = pointer + world::pointer_token(name);
    read_value(context, *member, at, value);
    hold(context, *member, at, range);
    if constexpr (std::same_as<T, run::Manifest>) context.horizon_days = value.horizon_days;
  }

  void refuse_unknown_keys() {
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      bool found = false;
      for (const std::string_view name : known) found = found || name == node.keys[i];
      if (!found)
        context.fail(pointer, node.keys_at[i], "the unknown key \"" + node.keys[i] + "\"", "the keys dwell writes");
    }
  }
};

template <class T>
void read_enum(Context& context, const JsonNode& node, const std::string& pointer, T& value) {
  std::string accepted;
  const auto& names = names_of(T{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (node.kind == JsonKind::text && node.text == names[i]) {
      value = static_cast<T>(i);
      return;
    }
    accepted += (i == 0 ? "" : ", ") + std::string(names[i]);
  }
  context.fail(pointer, node.at, node.summary(), accepted);
}

template <class T>
void read_struct(Context& context, const JsonNode& node, const std::string& pointer, T& value) {
  if (node.kind != JsonKind::object) return context.fail(pointer, node.at, node.summary(), "an object");
  Reader reader{context, node, pointer};
  describe(value, reader);
  reader.refuse_unknown_keys();
}

template <class T>
void read_list(Context& context, const JsonNode& node, const std::string& pointer, std::vector<T>& list) {
  if (node.kind != JsonKind::array) return context.fail(pointer, node.at, node.summary(), "an array");
  for (std::size_t i = 0; i < node.items.size() && !context.error; ++i) {
    T item{};
    read_value(context, node.items[i], pointer + "/" + std::to_string(i), item);
    list.push_back(std::move(item));
  }
}

template <class T>
void read_value(Context& context, const JsonNode& node, const std::string& pointer, T& value) {
  const auto wrong = [&](const char* accepted) { context.fail(pointer, node.at, node.summary(), accepted); };
  if constexpr (std::same_as<T, bool>) {
    if (node.kind != JsonKind::boolean) return wrong("true or false");
    value = node.boolean;
  } else if constexpr (std::unsigned_integral<T>) {
    if (node.kind != JsonKind::number || !node.whole || node.magnitude > std::numeric_limits<T>::max()) {
      return wrong("a whole number, 0 or more");
    }
    value = static_cast<T>(node.magnitude);
  } else if constexpr (std::same_as<T, double>) {
    if (node.kind != JsonKind::number) return wrong("a number");
    value = node.number;
  } else if constexpr (std::same_as<T, std::optional<double>>) {
    if (node.kind != JsonKind::number && node.kind != JsonKind::null) return wrong("a number or null");
    if (node.kind == JsonKind::number) value = node.number;
  } else if constexpr (std::same_as<T, std::string>) {
    if (node.kind != JsonKind::text) return wrong("a string");
    value = node.text;
  } else if constexpr (std::is_enum_v<T>) {
    read_enum(context, node, pointer, value);
  } else if constexpr (requires { value.push_back(value.front()); }) {
    read_list(context, node, pointer, value);
  } else {
    read_struct(context, node, pointer, value);
  }
}

run::StudyResult to_result(Document document) {
  run::StudyResult result;
  result.manifest = std::move(document.manifest);
  result.timing = std::move(document.timing);
  result.machine = std::move(document.machine);
  for (RowLine& line : document.rows) result.rows.push_back(std::move(line.row));
  for (SummaryLine& line : document.summary) {
    for (AgainstLine& against : line.compared) {
      against.comparison.a = line.summary.detector;
      against.comparison.budget_per_day = line.summary.budget_per_day;
      result.comparisons.push_back(std::move(against.comparison));
    }
    result.summary.push_back(std::move(line.summary));
  }
  return result;
}

}  // namespace

Result<run::StudyResult> parse_results(std::string_view text, const std::string& file) {
  Result<JsonNode> parsed = world::parse_document(text, file);
  if (!parsed) return parsed.error();
  const JsonNode& root = parsed.value();
  const std::string accepted = "a results file written by dwell (\"schema\": \"" + std::string(kResultsSchema) + "\")";
  if (root.kind != JsonKind::object) return Error{file, "", "found " + root.summary(), accepted};
  const JsonNode* schema = root.find("schema");
  if (schema == nullptr) return Error{file, "", "found a document without the key \"schema\"", accepted};
  if (schema->kind != JsonKind::text || schema->text != kResultsSchema) {
    return Error{file, world::place_of("/schema", schema->at), "found " + schema->summary(), accepted};
  }
  Context context{file, {}, 0};
  Document document;
  read_value(context, root, "", document);
  if (context.error) return *context.error;
  return to_result(std::move(document));
}

Result<std::string> results_text(const std::string& path) {
  if (std::filesystem::is_directory(path)) {
    return Error{path, "", "found a folder", "a results file written by dwell"};
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Error{path, "", "cannot be opened", "a results file that can be read"};
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) return Error{path, "", "cannot be read", "a results file"};
  if (text.empty()) return Error{path, "", "found an empty file", "a results file written by dwell"};
  return text;
}

Result<run::StudyResult> read_results(const std::string& path) {
  const Result<std::string> text = results_text(path);
  if (!text) return text.error();
  return parse_results(text.value(), path);
}

}  // namespace dwell::report
