#include "bench/report/results_json.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/report/results_fields.hpp"

namespace dwell::report {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json to_value(const T& value);

/// Collects the described fields of one struct.
struct Writer {
  Json out = Json::object();
  template <class T>
  void operator()(std::string_view name, const T& value, std::string_view, Range = kAnyNumber) {
    out[std::string(name)] = to_value(value);
  }
};

Json number(double value) {
  DWELL_DEMAND(std::isfinite(value), "a result is not a finite number");
  return value == 0 ? 0.0 : value;  // never "-0.0"
}

template <class T>
Json to_value(const T& value) {
  if constexpr (std::same_as<T, double>) {
    return number(value);
  } else if constexpr (std::same_as<T, std::optional<double>>) {
    return value ? number(*value) : Json(nullptr);
  } else if constexpr (std::is_enum_v<T>) {
    return names_of(value)[static_cast<std::size_t>(value)];
  } else if constexpr (std::same_as<T, std::string> || std::integral<T>) {
    return value;
  } else if constexpr (requires { value.begin(); }) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(to_value(item));
    return list;
  } else {
    Writer writer;
    describe(value, writer);
    return std::move(writer.out);
  }
}

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A value of the top level: objects one key a line, arrays one element a line.
std::string lines(const Json& value) {
  if (!value.is_structured() || value.empty()) return dump(value);
  const bool object = value.is_object();
  std::string text = object ? "{" : "[";
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    text += first ? "\n    " : ",\n    ";
    first = false;
    if (object) text += dump(Json(key)) + ": ";
    text += dump(item);
  }
  return text + (object ? "\n  }" : "\n  ]");
}

/// The summary line a comparison belongs to: of its first detector, calibrated track before field.
SummaryLine* home_of(std::vector<SummaryLine>& summary, const run::Comparison& comparison) {
  SummaryLine* home = nullptr;
  for (SummaryLine& line : summary) {
    const run::Summary& s = line.summary;
    if (s.detector != comparison.a || s.budget_per_day != comparison.budget_per_day) continue;
    if (home == nullptr || (s.track == run::Track::calibrated && home->summary.track != run::Track::calibrated)) {
      home = &line;
    }
  }
  return home;
}

Document to_document(const run::StudyResult& result) {
  Document document;
  document.manifest = result.manifest;
  document.timing = result.timing;
  document.machine = result.machine;
  for (const run::Row& row : result.rows) document.rows.push_back({result.manifest.scenario, row});
  for (const run::Summary& summary : result.summary) document.summary.push_back({summary, {}});
  for (const run::Comparison& comparison : result.comparisons) {
    SummaryLine* home = home_of(document.summary, comparison);
    DWELL_DEMAND(home != nullptr, "a comparison names " + comparison.a + ", which has no summary line");
    home->compared.push_back({comparison});
  }
  return document;
}

}  // namespace

std::string results_json(const run::StudyResult& result) {
  const Json document = to_value(to_document(result));
  std::string text = "{";
  bool first = true;
  for (const auto& [key, value] : document.items()) {
    text += (first ? "\n  \"" : ",\n  \"") + key + "\": " + lines(value);
    first = false;
  }
  return text + "\n}\n";
}

}  // namespace dwell::report
