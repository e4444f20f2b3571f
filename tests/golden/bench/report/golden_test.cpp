// The schema file, and the bytes of a document. DWELL_UPDATE_GOLDEN=1 writes both anew.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "bench/report/results_json.hpp"
#include "tests/unit/bench/report/sample.hpp"

namespace {

void hold(const std::string& name, const std::string& text) {
  const std::string path = DWELL_SOURCE_DIR "/" + name;
  if (std::getenv("DWELL_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream stream(path, std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(stream), {}};
  INFO(path);
  CHECK(kept == text);
}

}  // namespace

TEST_CASE("the schema of results is the one in the tree") {
  hold("results/results.schema.json", dwell::report::results_json_schema());
}

TEST_CASE("the bytes of a document do not change by accident") {
  hold("tests/golden/bench/report/sample.json", dwell::report::results_json(dwell::test::sample_study()));
}
