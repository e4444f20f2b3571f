#include "bench/cli/ranks.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/cli/terminal.hpp"
#ifdef DWELL_HAVE_MPI
#include "sim/kernel/mpi_transport.hpp"
#endif

namespace dwell::cli {
namespace {

#ifdef DWELL_HAVE_MPI
class MpiRanks final : public Ranks {
 public:
  MpiRanks() : session_(argc_, argv_, [](const std::string& line) { cry("dwell: " + line + "\n"); }) {}
  [[nodiscard]] unsigned rank() const override { return session_.rank(); }
  [[nodiscard]] unsigned count() const override { return session_.ranks(); }
  [[nodiscard]] unsigned here() const override {
    const char* const words = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
    const unsigned long ranks = words == nullptr ? 1 : std::strtoul(words, nullptr, 10);
    return ranks == 0 || ranks > count() ? 1 : static_cast<unsigned>(ranks);
  }
  std::unique_ptr<kernel::Transport> make_transport(std::chrono::seconds patience) override {
    return session_.make_transport(patience);
  }

 private:
  // The command line is ours: MPI gets an empty one, as its standard allows.
  int argc_ = 0;
  char** argv_ = nullptr;
  kernel::MpiSession session_;
};
#endif

}  // namespace

bool started_on_ranks() { return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr; }

bool started_on_several_ranks() {
  const char* const ranks = std::getenv("OMPI_COMM_WORLD_SIZE");
  return ranks != nullptr && std::string_view(ranks) != "1";
}

Result<std::unique_ptr<Ranks>> Ranks::join(bool asked) {
  if (!asked && !started_on_ranks()) return std::make_unique<Ranks>();
#ifdef DWELL_HAVE_MPI
  return std::unique_ptr<Ranks>(std::make_unique<MpiRanks>());
#else
  return Error{"", "", "this dwell was built without MPI",
               "`./dwell --ranks N ...` at the project's root, which builds it"};
#endif
}

}  // namespace dwell::cli
