#include "detectors/hosts/reference.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

namespace dwell::hosts {
namespace {

namespace fs = std::filesystem;

/// A folder with files of these names, in which the test stands.
class Files {
 public:
  explicit Files(std::initializer_list<const char*> names) : before_(fs::current_path()) {
    std::string name = (fs::temp_directory_path() / "dwell-reference-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = fs::canonical(name);
    fs::current_path(folder_);
    for (const char* file : names) std::ofstream(folder_ / file) << "x";
  }
  ~Files() {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  [[nodiscard]] std::string path(const char* name) const { return (folder_ / name).string(); }

 private:
  fs::path before_, folder_;
};

}  // namespace

TEST_CASE("names of the catalogue are not taken for files", "[hosts]") {
  for (const char* inside : {"midas-r", "ewma:lambda=.2", "ewma:*", ""}) CHECK_FALSE(is_outside(inside));
  for (const char* outside : {"./libmine.so:name", "libmine.so", "lib.so:a:b=1", "python:x.py:C", "python:", "/a/b",
                              "mine.py:Mine", "mine.py"}) {
    CHECK(is_outside(outside));
  }
}

TEST_CASE("a reference is read into its parts, and means the same from any folder", "[hosts]") {
  const Files files({"libmine.so", "mine.py", "odd:name.so"});
  const auto library = parse_reference("./libmine.so:burst:weight=.50,least=3");
  REQUIRE(library.ok());
  CHECK(library.value().kind == Kind::library);
  CHECK(library.value().file == files.path("libmine.so"));
  CHECK(library.value().name == "burst");
  CHECK(library.value().row == "libmine.so:burst:weight=0.5,least=3");
  CHECK(library.value().parameters == std::vector<std::pair<std::string, double>>{{"weight", .5}, {"least", 3}});
  CHECK(library.value().absolute() == files.path("libmine.so") + ":burst:weight=0.5,least=3");
  const auto python = parse_reference("python:mine.py:Mine");
  REQUIRE(python.ok());
  CHECK(python.value().kind == Kind::python);
  CHECK(python.value().row == "python:mine.py:Mine");
  CHECK(python.value().absolute() == "python:" + files.path("mine.py") + ":Mine");
  for (const auto& one : {library, python, parse_reference("./libmine.so"), parse_reference("./odd:name.so:x")}) {
    REQUIRE(one.ok());
    const auto again = parse_reference(one.value().absolute());
    REQUIRE(again.ok());
    CHECK(again.value().file == one.value().file);
    CHECK(again.value().name == one.value().name);
    CHECK(again.value().row == one.value().row);
  }
}

TEST_CASE("a reference that cannot be meant is refused with what is accepted", "[hosts]") {
  const Files files({"libmine.so", "mine.py"});
  const auto refused = [](const char* typed, const char* found, const char* accepted) {
    INFO(typed);
    const auto read = parse_reference(typed);
    REQUIRE_FALSE(read.ok());
    INFO(read.error().message());
    CHECK(read.error().found.find(found) != std::string::npos);
    CHECK(read.error().accepted.find(accepted) != std::string::npos);
  };
  refused("./gone.so:x", "no such file", "shared library");
  refused("python:gone.py:X", "no such file", "Python file");
  refused("python:mine.py", "no class", "extends dwell.Detector");
  refused("./", "no regular file", "shared library");
  refused("mine.py:Mine", "found \"mine.py:Mine\"", "python:mine.py:Mine (did you mean it?)");
  refused("./gone.py:Mine:a=1", "found \"./gone.py:Mine:a=1\"", "python:./gone.py:Mine:a=1 (did you mean it?)");
  refused("mine.py", "found \"mine.py\"", "python:mine.py:Class (did you mean it?)");
  refused("gone.py", "found \"gone.py\"", "python:gone.py:Class (did you mean it?)");
  refused("./libmine.dylib:a", "found \"./libmine.dylib:a\"", "ends in .so, as FILE.so:NAME");
  refused("./gone.dylib", "no such file", "shared library");
  refused("./libmine.so:a:b=1:c", "\"c\" too many", "FILE:NAME");
  for (const char* part : {"b", "=1", "b=", "b=x", "b=1x", "b=1,,c=2"}) {
    const std::string typed = std::string("./libmine.so:a:") + part;
    refused(typed.c_str(), "found", "parameter=number");
  }
  refused("./libmine.so:a:b=1,c=2,b=1", "found b twice", "one value a parameter");
}

}  // namespace dwell::hosts
