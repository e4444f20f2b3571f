// What the launcher sets for the program it starts.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/child.hpp"

using namespace dwell::test;

namespace {

using Json = nlohmann::json;

/// The settings of memory that the launcher makes where the environment has `before`, a line of the shell.
std::string memory_settings(const Folder& folder, const std::string& before) {
  const std::string line = "cd '" + folder.path("") + "' && bash -c '" + before +
                           "; eval \"$(sed -n \"/^use_huge_pages()/,/^}/p\" " DWELL_SOURCE_DIR
                           "/dwell)\"; use_huge_pages; printenv GLIBC_TUNABLES' >settings";
  REQUIRE(std::system(line.c_str()) == 0);
  std::string text = read_text(folder.path("settings"));
  REQUIRE_FALSE(text.empty());
  text.pop_back();
  return text;
}

}  // namespace

TEST_CASE("the launcher asks for huge pages, which change no result") {
  const Folder folder;
  const std::string settings = memory_settings(folder, "unset GLIBC_TUNABLES");
  CHECK(settings.find("glibc.malloc.hugetlb=1:") == 0);
  CHECK(settings.find('$') == std::string::npos);
  const auto run = [&](const Surroundings& surroundings) {
    const Finished end = run_dwell(folder, quick({"run", "tiny", "--threads", "2", "--json"}), surroundings);
    INFO(end.err);
    REQUIRE(end.code == 0);
    CHECK(end.err.empty());
    Json document = Json::parse(end.out);
    document.erase("timing");
    document.erase("machine");
    return document.dump();
  };
  Surroundings launched;
  launched.environment = {"GLIBC_TUNABLES=" + settings};
  CHECK(run(launched) == run({}));
}

TEST_CASE("settings of memory that somebody has made are left alone") {
  const Folder folder;
  CHECK(memory_settings(folder, "export GLIBC_TUNABLES=glibc.malloc.arena_max=3") == "glibc.malloc.arena_max=3");
}
