#include <array>
#include <catch2/catch.hpp>

#include "bench/cli/names.hpp"

using namespace dwell::cli;

TEST_CASE("the nearest name is named first, a far one not at all") {
  const std::array<std::string, 3> names = {"report", "run", "list"};
  CHECK(nearest("rum", names) == "run");
  CHECK(nearest("rep", names) == "report");
  CHECK(nearest("benchmark", names) == "");
  CHECK(nearest("", names) == "");
  CHECK(nearest(std::string(100'000, 'x'), names) == "");
  CHECK(accepted_names("lsit", names) == "list (did you mean it?), report, run");
  CHECK(accepted_names("benchmark", names) == "report, run, list");
}
