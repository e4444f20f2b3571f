#pragma once
// The rules of the tree, as data. Paths are prefixes of folders, relative to the root.

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace dwell::architecture {

using Paths = std::vector<std::string_view>;

/// A floor, what it may include beside itself, and the data floors whose types stand in the signatures of those.
struct Floor {
  std::string_view folder;
  Paths may_include;
  Paths data = {};
};

inline const std::vector<Floor> kFloors = {
    {"sim/core", {}},
    {"sim/kernel", {"sim/core"}},
    {"sim/telemetry", {"sim/core"}},
    {"sim/truth", {"sim/core"}},
    {"sim/protocol", {"sim/core"}},
    {"sim/commerce", {"sim/protocol", "sim/kernel", "sim/telemetry", "sim/core"}},
    {"sim/workforce", {"sim/protocol", "sim/kernel", "sim/telemetry", "sim/core"}},
    {"sim/background", {"sim/protocol", "sim/kernel", "sim/telemetry", "sim/core"}},
    {"sim/campaign", {"sim/protocol", "sim/kernel", "sim/core"}},
    {"sim/world", {"sim"}},
    {"detectors", {"sim/core", "sim/telemetry"}},
    {"bench/oracle", {"sim/truth", "detectors/api"}, {"sim/core", "sim/telemetry"}},
    {"bench/score", {"sim/truth", "sim/telemetry", "detectors/api"}, {"sim/core"}},
    {"bench/stats", {"sim/core"}},
    {"bench/cost", {"bench/stats", "bench/score"}, {"sim/core", "sim/telemetry", "sim/truth"}},
    {"bench/csv", {"sim/core"}},
    {"bench/check", {"detectors"}, {"sim/core", "sim/telemetry"}},
    {"bench/stream", {"detectors", "bench/csv"}, {"sim/core"}},
    {"bench/validate", {"sim/world", "detectors", "bench/csv"}, {"sim/core", "sim/telemetry", "sim/truth"}},
    {"bench/perf", {"sim/world", "detectors"}, {"sim/core", "sim/telemetry", "sim/truth", "sim/kernel"}},
    {"bench/run",
     {"sim/world", "detectors", "bench/oracle", "bench/score"},
     {"sim/core", "sim/telemetry", "sim/truth", "bench/stats"}},
    {"bench/report",
     {"sim", "detectors", "bench/run", "bench/oracle", "bench/score", "bench/stats", "bench/cost", "bench/validate"}},
    {"bench/cli", {"sim", "detectors", "bench"}},
};

/// Where code lives that the floors' rules are about.
inline const Paths kProductFolders = {"sim", "detectors", "bench"};
/// What is event path: the same bits are owed here on every machine.
inline const Paths kEventPath = {"sim/core",     "sim/kernel",    "sim/protocol",   "sim/telemetry", "sim/truth",
                                 "sim/commerce", "sim/workforce", "sim/background", "sim/campaign"};

/// A pattern (ECMAScript, matched line by line) that must not occur in code, comments and strings left out.
struct Ban {
  std::string_view name;
  std::string_view pattern;
  Paths within;
  Paths except;
  std::string_view why;
};

inline const std::vector<Ban> kBans = {
    {"library randomness",
     R"(\bstd::(rand|srand|random_device|shuffle|sample|mt19937\w*|minstd_rand\w*|default_random_engine|)"
     R"(\w+_distribution)\b|(^|[^\w:.>])s?rand\s*\()",
     kProductFolders,
     {},
     "its values differ between libraries; use sim/core/random.hpp and samplers.hpp"},
    {"mathematics of the C library",
     R"((^|[^\w:.>]|std::|[^\w]::|__builtin_)(log|log2|log10|log1p|exp|exp2|exp10|expm1|pow|sin|cos|tan|asin|acos|atan|)"
     R"(atan2|sinh|cosh|tanh|asinh|acosh|atanh|lgamma|lgamma_r|tgamma|erf|erfc|cbrt|hypot)[fl]?\s*\()",
     kEventPath,
     {},
     "its last bits differ between machines; use sim/core/math.hpp"},
    {"floating-point time",
     R"(\b(double|float)\s*[&*]?\s*(?!\w*per_us\b)(\w*times?|\w*timestamps?|\w+_us|\w*time_(us|ms|s|min|h|days))\b)",
     {"sim", "detectors"},
     {},
     "time is an integer number of microseconds; use Time and Duration"},
    {"printing",
     R"(\bstd::(cout|cerr|clog|wcout|wcerr)\b|\bfmt::print\b|(^|[^\w:.>]|std::)(v?f?printf|puts|fputs|putchar|perror)\s*\()",
     kProductFolders,
     {"bench/cli", "bench/perf"},
     "libraries return errors and never print; the command line alone speaks"},
};

/// Headers that cost much to compile: allowed in .cpp files only. A pattern on the text between the brackets.
inline constexpr std::string_view kHeavyHeaders =
    R"(nlohmann/(?!json_fwd).*|boost/math/.*|boost/process.*|boost/dll.*|Eigen/(Dense|Eigen|SVD|Eigenvalues|QR|LU|Cholesky)|catch2/.*|tbb/.*|oneapi/.*)";

/// Words that mark unfinished work or one machine; searched in everything, comments included.
inline constexpr std::string_view kUnfinished =
    R"(\b(todo|fixme|xxx|hack|placeholder|stub|stubbed|unimplemented|not implemented|for now|simplified)\b|/(work|home)/)";
/// The words stand here as data.
inline const Paths kMayNameThem = {"tests/architecture"};

inline constexpr std::size_t kMostLines = 400;
/// Code by its ending; a file named in kCodeNames is code as well.
inline constexpr std::array<std::string_view, 12> kCodeEndings = {".cpp", ".hpp", ".c",  ".h",   ".py",   ".sh",
                                                                  ".js",  ".mjs", ".ts", ".css", ".html", ".cmake"};
inline constexpr std::array<std::string_view, 2> kCodeNames = {"CMakeLists.txt", "dwell"};
inline constexpr std::array<std::string_view, 5> kTextEndings = {".md", ".json", ".txt", ".cff", ".toml"};
/// Data as long as it must be.
inline const Paths kLengthExempt = {"tests/golden", "results", "scenarios"};

/// Folders that are not ours, wherever they stand; so is every folder whose name begins with a dot or with "build".
inline constexpr std::array<std::string_view, 3> kSkippedFolders = {"node_modules", "__pycache__", "Testing"};
/// Folders that need a README.md beside those of the product that hold code.
inline const Paths kReadmeFolders = {"", "sim", "detectors", "bench", "scenarios", "results", "tests"};

}  // namespace dwell::architecture
