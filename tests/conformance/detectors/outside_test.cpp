// The three examples from outside the tree pass the suite as any detector does, and refuse other versions of what lies
// between.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/check/suite.hpp"
#include "detectors/hosts/hosted_detector.hpp"
#include "detectors/hosts/versions.hpp"

namespace dwell::hosts {
namespace {

void conforms(const std::string& typed, const std::string& refused) {
  const auto reference = parse_reference(typed);
  REQUIRE(reference.ok());
  const auto met = meet(reference.value(), {});
  REQUIRE(met.ok());
  const check::Subject subject{met.value()->introduction.descriptor,
                               [&](const detect::Setting& setting) { return make_hosted(met.value(), setting); },
                               [&] { return refuse_other_versions(reference.value(), {}); }};
  for (const check::Finding& finding : check::check_detector(subject)) {
    INFO(typed << ", " << finding.check << ": " << finding.note);
    CHECK(finding.verdict != check::Verdict::failed);
    if (finding.check == "other versions") CHECK(finding.note == refused);
  }
}

}  // namespace

TEST_CASE("the example in C passes the suite", "[hosts][conformance]") {
  conforms(DWELL_PLUGINS "/key_burst.so:key-burst", "refuses wire 2, interface 0, interface 2");
}
TEST_CASE("the example in C++ passes the suite", "[hosts][conformance]") {
  conforms(DWELL_PLUGINS "/miss_rate.so:miss-rate", "refuses wire 2, interface 0, interface 2");
}
TEST_CASE("the example in Python passes the suite", "[hosts][conformance]") {
  conforms("python:" DWELL_SOURCE_DIR "/detectors/hosts/examples/first_seen.py:FirstSeen", "refuses wire 2");
}

TEST_CASE("a program that takes any version, and one that says nothing, are found", "[hosts][conformance]") {
  namespace fs = std::filesystem;
  const auto reference =
      parse_reference("python:" DWELL_SOURCE_DIR "/detectors/hosts/examples/first_seen.py:FirstSeen");
  REQUIRE(reference.ok());
  std::string folder = (fs::temp_directory_path() / "dwell-versions-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string program = folder + "/program";
  const auto instead = [&](const std::string& text) {
    std::ofstream(program) << "#!/bin/sh\n" << text;
    fs::permissions(program, fs::perms::owner_all);
    ::setenv("DWELL_PYTHON", program.c_str(), 1);
    const auto found = refuse_other_versions(reference.value(), {});
    ::unsetenv("DWELL_PYTHON");
    return found.ok() ? "refused" : found.error().found;
  };
  CHECK(instead("read line <&3\n"
                R"(echo '{"type":"hello","name":"A","summary":"a","paper":"a","tier":0,"topics":"access",)"
                R"("pages":"all","columns":"all","memory_bound_bytes":1e6,"time_bound_ns":10,"saves":true}' >&3)"
                "\nread line <&3\n") == "took version wire 2");
  CHECK(instead("exit 0\n") == "it left in hello");
  CHECK(instead("read line <&3\necho '{\"type\":\"error\",\"found\":\"no\"}' >&3\n") == "refused");
  fs::remove_all(folder);
}

}  // namespace dwell::hosts
