#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "bench/report/results_json.hpp"
#include "tests/unit/bench/report/sample.hpp"

using dwell::test::sample_study;
using namespace dwell::report;
using Json = nlohmann::ordered_json;

namespace {

/// Holds a value to a JSON Schema of the kind results_schema.cpp writes; returns the pointer of the first fault.
std::string fault(const Json& schema, const Json& value, const std::string& at) {
  if (schema.contains("const")) return value == schema["const"] ? "" : at;
  if (schema.contains("enum")) {
    for (const Json& name : schema["enum"]) {
      if (name == value) return "";
    }
    return at;
  }
  const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
  bool fits = false;
  for (const Json& type : types) {
    fits = fits || (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
           (type == "integer" && value.is_number_unsigned()) || (type == "number" && value.is_number()) ||
           (type == "null" && value.is_null());
  }
  if (!fits) return at;
  if (value.is_array()) {
    for (const Json& item : value) {
      if (const std::string bad = fault(schema["items"], item, at + "/-"); !bad.empty()) return bad;
    }
  }
  if (!value.is_object()) return "";
  for (const Json& key : schema["required"]) {
    if (!value.contains(key.get<std::string>())) return at + "/" + key.get<std::string>();
  }
  for (const auto& [key, item] : value.items()) {
    if (!schema["properties"].contains(key)) return at + "/" + key;
    if (const std::string bad = fault(schema["properties"][key], item, at + "/" + key); !bad.empty()) return bad;
  }
  return "";
}

std::string error_of(const std::string& text) {
  const auto parsed = parse_results(text, "r.json");
  REQUIRE_FALSE(parsed.ok());
  return parsed.error().message();
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("a document has the agreed keys, in order") {
  const Json document = Json::parse(results_json(sample_study()));
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"schema", "manifest", "rows", "summary", "timing", "machine"});
  CHECK(document["schema"] == "dwell.results/1");
  for (const char* key : {"scenario", "detector", "tier", "seed", "budget_per_day", "threshold", "detected", "ttd_days",
                          "records_exposed", "records_spared", "false_alerts_per_day", "entity"}) {
    CHECK(document["rows"][0].contains(key));
  }
  for (const char* key : {"detector", "tier", "budget_per_day", "ttd_days_median", "ttd_days_rmst", "ttd_ci_low",
                          "ttd_ci_high", "p_detect_1d", "p_detect_7d", "p_detect_30d", "p_placebo",
                          "records_spared_mean", "false_alerts_per_day", "false_alerts_upper"}) {
    CHECK(document["summary"][0].contains(key));
  }
  CHECK(document["rows"][0]["scenario"] == "sample");
  CHECK(document["rows"][0]["tier"] == "T0");
  CHECK(document["rows"][1]["threshold"].is_null());
  CHECK(document["timing"]["detectors"][0] ==
        Json{{"detector", "ewma"}, {"ns_per_event", 1.25}, {"state_bytes", 4096}});
}

TEST_CASE("a document reads back to the same document") {
  const std::string text = results_json(sample_study());
  const auto parsed = parse_results(text, "r.json");
  REQUIRE(parsed.ok());
  CHECK(results_json(parsed.value()) == text);
  CHECK(parsed.value().comparisons.size() == 2);
  CHECK(parsed.value().comparisons[1].ci_high == 13.0);
  CHECK(parsed.value().rows[1].note == "it said \"no\"\n");
}

TEST_CASE("what may differ lies under timing and machine") {
  auto study = sample_study();
  const Json before = Json::parse(results_json(study));
  study.timing.wall_s = 99;
  study.timing.detectors[0].state_bytes = 1;
  study.machine.threads = 64;
  Json after = Json::parse(results_json(study));
  CHECK(before != after);
  after["timing"] = before["timing"];
  after["machine"] = before["machine"];
  CHECK(before.dump() == after.dump());
}

TEST_CASE("a document keeps to its schema") {
  const Json schema = Json::parse(results_json_schema());
  Json document = Json::parse(results_json(sample_study()));
  CHECK(fault(schema, document, "") == "");
  document["rows"][0]["tier"] = "T9";
  CHECK(fault(schema, document, "") == "/rows/-/tier");
  document = Json::parse(results_json(sample_study()));
  document["extra"] = 1;
  CHECK(fault(schema, document, "") == "/extra");
}

TEST_CASE("numbers: no negative zero, nothing infinite") {
  auto study = sample_study();
  study.rows[0].ttd_days = -0.0;
  CHECK(results_json(study).find("-0.0") == std::string::npos);
  study.rows[0].ttd_days = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(results_json(study), dwell::InvariantError);
}

TEST_CASE("a comparison of nobody is a defect") {
  auto study = sample_study();
  study.comparisons[0].a = "nobody";
  CHECK_THROWS_AS(results_json(study), dwell::InvariantError);
}

TEST_CASE("bad documents are refused with their place") {
  const std::string good = results_json(sample_study());
  CHECK(error_of(good.substr(0, good.size() / 2)).find("line") != std::string::npos);
  CHECK(error_of("[]").find("array") != std::string::npos);
  CHECK(error_of("{\"schema\": 3}").find("/schema") != std::string::npos);
  CHECK(error_of(replaced(good, "dwell.results/1", "dwell.results/2")).find("dwell.results/2") != std::string::npos);
  const std::string wrong = error_of(replaced(good, "\"tier\":\"T0\"", "\"tier\":\"T7\""));
  CHECK(wrong.find("/rows/0/tier") != std::string::npos);
  CHECK(wrong.find("T0, T1, T2, T3") != std::string::npos);
  CHECK(error_of(replaced(good, "\"seed\":2001", "\"seed\":-1")).find("/rows/0/seed") != std::string::npos);
  CHECK(error_of(replaced(good, "\"detected\":true", "\"detected\":1")).find("true or false") != std::string::npos);
  CHECK(error_of(replaced(good, "\"seed\":2001,", "")).find("no key \"seed\"") != std::string::npos);
  CHECK(error_of(replaced(good, "\"seed\":2001", "\"seed\":2001,\"sead\":1")).find("sead") != std::string::npos);
  CHECK(error_of(replaced(good, "\"seed\":2001", "\"seed\":2001,\"seed\":1")).find("seed") != std::string::npos);
  CHECK_FALSE(read_results("/nowhere/at/all.json").ok());
}

TEST_CASE("numbers that no study can give are refused with their place and what is accepted") {
  const auto changed = [](auto change) {
    auto study = sample_study();
    change(study);
    return error_of(results_json(study));
  };
  const std::string share = changed([](auto& s) { s.summary[0].p_detect_1d = -0.25; });
  CHECK(share.find("r.json") != std::string::npos);
  CHECK(share.find("/summary/0/p_detect_1d") != std::string::npos);
  CHECK(share.find("-0.25") != std::string::npos);
  CHECK(share.find("a number from 0 to 1") != std::string::npos);
  const std::string late = changed([](auto& s) { s.rows[0].ttd_days = 147.5; });
  CHECK(late.find("/rows/0/ttd_days") != std::string::npos);
  CHECK(late.find("147.5") != std::string::npos);
  CHECK(late.find("from 0 to 147, the horizon in days") != std::string::npos);
  CHECK(changed([](auto& s) { s.rows[0].ttd_days = -1; }).find("/rows/0/ttd_days") != std::string::npos);
  CHECK(changed([](auto& s) { s.summary[1].ttd_ci_high = 148; }).find("/summary/1/ttd_ci_high") != std::string::npos);
  CHECK(changed([](auto& s) { s.summary[1].budget_test_p = 1.1; }).find("budget_test_p") != std::string::npos);
  CHECK(changed([](auto& s) { s.rows[1].false_alerts_per_day = -1; }).find("a number, 0 or more") != std::string::npos);
  CHECK(changed([](auto& s) { s.comparisons[1].ci_low = -148; }).find("from -147 to 147") != std::string::npos);
  CHECK(changed([](auto& s) { s.manifest.warm_up_days = -1; }).find("/manifest/warm_up_days") != std::string::npos);
}

TEST_CASE("a mean that rounding put a little beyond its bound is accepted") {
  auto study = sample_study();
  study.summary[0].ttd_days_rmst = 147 * (1 + 1e-15);
  study.summary[0].share_of_horizon_saved = -1e-15;
  CHECK(parse_results(results_json(study), "r.json").ok());
}
