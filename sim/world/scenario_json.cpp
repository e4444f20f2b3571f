// Scenarios from JSON and back. One visitor reads, one writes; both follow the structs' own descriptions.

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/core/digest.hpp"
#include "sim/world/calendar_year.hpp"
#include "sim/world/file_text.hpp"
#include "sim/world/scenario.hpp"
#include "sim/world/scenario_check.hpp"
#include "sim/world/scenario_reader.hpp"

namespace dwell::world {
namespace {

using OrderedJson = nlohmann::ordered_json;

template <class T>
OrderedJson written(const T& value) {
  if constexpr (Described<T>) {
    OrderedJson object = OrderedJson::object();
    const auto visit = [&](const auto& member, const Field& field) {
      object[std::string(field.name)] = written(member);
    };
    T::describe(value, visit);
    return object;
  } else if constexpr (IsVector<T>::value || IsNumberArray<T>::value) {
    OrderedJson array = OrderedJson::array();
    for (const auto& element : value) array.push_back(written(element));
    return array;
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(enum_names(T{})[static_cast<std::size_t>(value)]);
  } else if constexpr (std::is_same_v<T, Scale>) {
    return std::to_string(value.numerator) + '/' + std::to_string(value.denominator);
  } else if constexpr (std::is_same_v<T, Date> || std::is_same_v<T, Duration>) {
    return to_string(value);
  } else {
    return value;
  }
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, const std::string& file,
                                std::span<const std::string> calendar_folders) {
  Result<JsonNode> document = parse_document(text, file);
  if (!document) return document.error();
  JsonNode& root = document.value();
  const auto years = take_calendars(root, file, calendar_folders);
  if (!years) return years.error();
  Scenario scenario;
  TreeReader reader(file);
  reader.read_struct(scenario, root, "");
  if (reader.error()) return *reader.error();
  // Two values whose default is another value of the file.
  if (root.find("baseline") == nullptr) scenario.baseline = scenario.baselines.front().name;
  const JsonNode* campaign = root.find("campaign");
  const bool length_given = campaign != nullptr && campaign->find("length") != nullptr;
  for (const Baseline& baseline : scenario.baselines) {
    if (!length_given && baseline.name == scenario.baseline) scenario.campaign.length = Duration::days(baseline.days);
  }
  if (const auto bad = find_contradiction(scenario)) {
    return Error{file, place_of(bad->pointer, locate(root, bad->pointer)), bad->found, bad->accepted};
  }
  add_calendars(years.value(), scenario.platform.calendar);
  return scenario;
}

Result<Scenario> read_scenario(const std::string& path, std::span<const std::string> calendar_folders) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return text.error();
  std::vector<std::string> folders = {(std::filesystem::path(path).parent_path() / "calendars").string()};
  for (const std::string& folder : calendar_folders) {
    if (folder != folders.front()) folders.push_back(folder);
  }
  return parse_scenario(text.value(), path, folders);
}

std::string to_json(const Scenario& scenario) {
  return written(scenario).dump(2, ' ', false, OrderedJson::error_handler_t::replace) + '\n';
}

std::uint64_t scenario_digest(const Scenario& scenario) {
  const std::string text = to_json(scenario);
  Digest digest;
  digest.add(text.size());
  for (std::size_t start = 0; start < text.size(); start += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = start; i < std::min(start + 8, text.size()); ++i) {
      word = word << 8U | static_cast<unsigned char>(text[i]);
    }
    digest.add(word);
  }
  return digest.value;
}

}  // namespace dwell::world
