#include "tests/cli/outside.hpp"

#include <catch2/catch.hpp>

namespace dwell::test {

Words study_of(const Words& detectors) {
  Words words = {"run", "tiny", "--seeds", "1", "--days", "1", "--json", "--detector-timeout", "5"};
  for (const std::string& detector : detectors) words.insert(words.end(), {"--detector", detector});
  return words;
}

nlohmann::json run_detectors(const Folder& folder, const Words& detectors) {
  const Finished end = run_dwell(folder, study_of(detectors));
  INFO(end.err);
  REQUIRE(end.code == 0);
  return nlohmann::json::parse(end.out);
}

nlohmann::json rows_of(const nlohmann::json& document, const std::string& detector) {
  nlohmann::json rows = nlohmann::json::array();
  for (const nlohmann::json& row : document.at("rows")) {
    if (row.at("detector") == detector) rows.push_back(row);
  }
  REQUIRE_FALSE(rows.empty());
  return rows;
}

void refused_detector(const std::string& detector, const Words& said) {
  INFO(detector);
  refused(study_of({detector}), said);
}

}  // namespace dwell::test
