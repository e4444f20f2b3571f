#include "detectors/hosts/places.hpp"

#include <cstdlib>
#include <filesystem>

namespace dwell::hosts {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// Nothing of ours but what finds programs and libraries, and how text is written.
std::vector<std::string> scrubbed() {
  std::vector<std::string> world = {"LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin"};
  const std::string libraries = variable("LD_LIBRARY_PATH");
  if (!libraries.empty()) world.push_back("LD_LIBRARY_PATH=" + libraries);
#ifdef __SANITIZE_ADDRESS__
  // What is freed is used again at once, so that a host's resident memory is what its detector holds.
  world.emplace_back("ASAN_OPTIONS=quarantine_size_mb=0:thread_local_quarantine_size_kb=0");
#endif
  return world;
}

std::string interpreter() {
  const std::string chosen = variable("DWELL_PYTHON");
  if (!chosen.empty()) return chosen;
  std::error_code ignored;
  for (const char* place : {"/usr/bin/python3", "/usr/local/bin/python3"}) {
    if (fs::exists(place, ignored)) return place;
  }
  return "/usr/bin/python3";
}

std::string host_program() {
  std::error_code problem;
  const fs::path self = fs::read_symlink("/proc/self/exe", problem);
  const fs::path beside = self.parent_path() / "dwell-detector-host";
  const bool here = !problem && fs::exists(beside, problem);
  return here ? beside.string() : DWELL_DETECTOR_HOST;
}

}  // namespace

Launch library_host() { return {{host_program()}, scrubbed()}; }

std::string python_package() {
  const std::string root = variable("DWELL_ROOT");
  return (root.empty() ? std::string(DWELL_SOURCE_DIR) : root) + "/detectors/hosts/python";
}

Launch python_host() {
  Launch launch{{host_program(), interpreter(), "-m", "dwell.host"}, scrubbed()};
  launch.environment.push_back("PYTHONPATH=" + python_package());
  // The same seed is to give the same scores: neither the order of sets nor the number of processors may matter.
  for (const char* one : {"PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1", "OMP_NUM_THREADS=1",
                          "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1"}) {
    launch.environment.emplace_back(one);
  }
  return launch;
}

}  // namespace dwell::hosts
