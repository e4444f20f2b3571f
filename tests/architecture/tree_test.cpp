// The rules of rules.hpp, held against the tree as it stands.
#include <catch2/catch.hpp>

#include "tests/architecture/checks.hpp"

using namespace dwell::architecture;

namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_tree(DWELL_SOURCE_DIR);
  return files;
}

const std::vector<std::string>& paths() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    for (const SourceFile& file : tree()) out.push_back(file.path);
    return out;
  }();
  return all;
}

template <class Check>
void require_none(Check check) {
  Findings all;
  for (const SourceFile& file : tree()) {
    const Findings found = check(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  INFO(to_text(all));
  CHECK(all.empty());
}

}  // namespace

TEST_CASE("the tree is there to be checked") {
  CHECK(tree().size() > 50);
  CHECK(std::count(paths().begin(), paths().end(), "sim/core/time.hpp") == 1);
  CHECK(std::count(paths().begin(), paths().end(), "CMakeLists.txt") == 1);
}

TEST_CASE("floors include only what they may") { require_none(check_floors); }
TEST_CASE("includes are full paths from the root and lead somewhere") {
  require_none([](const SourceFile& file) { return check_include_paths(file, paths()); });
}
TEST_CASE("heavy headers stay in .cpp files") { require_none(check_heavy_headers); }
TEST_CASE("headers begin with #pragma once") { require_none(check_pragma); }
TEST_CASE("no banned calls") { require_none(check_bans); }
TEST_CASE("code files are short") { require_none(check_length); }
TEST_CASE("nothing is marked unfinished") { require_none(check_words); }
TEST_CASE("every folder explains itself") {
  const Findings findings = check_readmes(paths());
  INFO(to_text(findings));
  CHECK(findings.empty());
}
