#include "sim/kernel/mpi_transport.hpp"

#include <mpi.h>

#include <algorithm>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/mpi/nonblocking.hpp>
#include <cstdlib>
#include <exception>
#include <limits>
#include <thread>

#include "sim/core/check.hpp"
#include "sim/kernel/awaited.hpp"
#include "sim/kernel/signs_of_life.hpp"

namespace dwell::kernel {
namespace {

namespace mpi = boost::mpi;
using Word = std::uint64_t;
constexpr std::size_t kLargeBlock = 1U << 21;  // words

/// A wait for other ranks. Ranks may be more than processors: after some looking others are let through, and who waits
/// long (for the end of a phase, say) hardly takes a processor.
class Wait {
 public:
  Wait(MpiSession& session, SignsOfLife& signs, std::chrono::milliseconds patience)
      : session_(session), signs_(signs), patience_(patience), begin_(signs.attentive()) {}

  /// After a look in vain. Ends the run when the patience is at its end: with the words that `what` gives, unless they
  /// are none.
  template <class What>
  void go_on(const What& what) {
    if (++looks_ % kLooks != 0) return;
    const Clock::time_point now = Clock::now();
    // The time in which this program was stopped itself, as a shell stops jobs, says nothing about the others.
    signs_.attend(std::min<Clock::duration>(now - last_, kMostAtOnce));
    last_ = now;
    signs_.take();
    if (overdue(begin_)) {
      if (const std::string words = what(); !words.empty())
        session_.fail("waited " + std::to_string(patience_.count()) + " ms for " + words);
    }
    if (signs_.attentive() - begin_ < kSoon) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }

  /// Whether the patience is at its end with one who was last heard of at `heard`.
  [[nodiscard]] bool overdue(SignsOfLife::Clock::duration heard) const {
    return signs_.attentive() - std::max(begin_, heard) > patience_;
  }

 private:
  using Clock = SignsOfLife::Clock;
  static constexpr unsigned kLooks = 100;
  static constexpr std::chrono::milliseconds kSoon{20}, kMostAtOnce{100};
  MpiSession& session_;
  SignsOfLife& signs_;
  std::chrono::milliseconds patience_;
  unsigned looks_ = 0;
  Clock::time_point last_ = Clock::now();
  Clock::duration begin_;
};

/// A communicator of all ranks. Not MPI_Comm_dup, which would wait for ever for a rank that stands still.
mpi::communicator duplicate(MpiSession& session, SignsOfLife& signs, std::chrono::milliseconds patience) {
  MPI_Comm made = MPI_COMM_NULL;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Comm_idup(MPI_COMM_WORLD, &made, &request);
  Wait wait(session, signs, patience);
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) return {made, mpi::comm_take_ownership};
    wait.go_on([&] { return std::string(wait.overdue(signs.latest()) ? "another rank to come" : ""); });
  }
}

class MpiTransport final : public Transport {
 public:
  MpiTransport(MpiSession& session, SignsOfLife& signs, std::chrono::milliseconds patience)
      : session_(session),
        signs_(signs),
        world_(duplicate(session, signs, patience)),
        patience_(patience),
        rank_(static_cast<unsigned>(world_.rank())),
        ranks_(static_cast<unsigned>(world_.size())),
        awaited_(rank_, ranks_) {
    for (auto& received : received_) received.resize(ranks_);
  }
  [[nodiscard]] unsigned rank() const override { return rank_; }
  [[nodiscard]] unsigned ranks() const override { return ranks_; }

  ~MpiTransport() override {
    // Another rank may be gone: then nothing is worth waiting for, and the session ends all.
    if (std::uncaught_exceptions() != exceptions_) return;
    for (auto& sent : sent_) wait_for(sent);
  }

  void settle(std::int64_t round) override {
    const auto parity = static_cast<std::size_t>(round & 1);
    if (round_[parity] == round) return;
    // Of two rounds ago: they have arrived, since their receivers have posted the round after.
    wait_for(sent_[parity]);
    round_[parity] = round;
  }

  void post(std::int64_t round, unsigned to, std::span<const std::byte> bytes) override {
    const std::size_t words = bytes.size() / sizeof(Word);
    DWELL_DEMAND(bytes.size() % sizeof(Word) == 0 && words <= std::size_t{std::numeric_limits<int>::max()},
                 "a block of " + std::to_string(bytes.size()) + " bytes for rank " + std::to_string(to) +
                     " is no whole number of words or longer than MPI can count");
    settle(round);
    const auto parity = static_cast<std::size_t>(round & 1);
    sent_[parity].push_back(world_.isend(static_cast<int>(to), static_cast<int>(parity),
                                         reinterpret_cast<const Word*>(bytes.data()), static_cast<int>(words)));
  }

  Arrival take(std::int64_t round) override {
    const auto parity = static_cast<std::size_t>(round & 1);
    const mpi::status status = wait_for_block(static_cast<int>(parity), round);
    const int words = status.count<Word>().get_value_or(0);
    std::vector<Word>& block = received_[parity][static_cast<std::size_t>(status.source())];
    const auto size = static_cast<std::size_t>(words);
    if (block.size() < size) block.resize(size + size / 2);
    // What a checkpoint took is not kept for the blocks of windows.
    if (block.size() > kLargeBlock && block.size() / 8 > size) block = std::vector<Word>(size);
    world_.recv(status.source(), static_cast<int>(parity), block.data(), words);
    return {static_cast<unsigned>(status.source()), std::as_bytes(std::span(block.data(), size))};
  }

  std::uint64_t sum(std::uint64_t share) override { return reduce(share, MPI_SUM); }
  std::uint64_t greatest(std::uint64_t share) override { return reduce(share, MPI_MAX); }

  void give_sign() override { signs_.give(patience_ / kSignsInPatience); }

  void fail(const std::string& message) noexcept override { session_.fail(message); }

 private:
  mpi::status wait_for_block(int tag, std::int64_t round) {
    awaited_.begin(round);
    Wait wait(session_, signs_, patience_);
    const auto overdue = [&](unsigned rank) { return awaited_.has(round, rank) && wait.overdue(signs_.heard(rank)); };
    for (;;) {
      if (const auto status = world_.iprobe(mpi::any_source, tag)) {
        awaited_.take(round, static_cast<unsigned>(status->source()));
        return *status;
      }
      wait.go_on([&] {
        const std::string names = names_of_ranks(ranks_, overdue);
        return names.empty() ? names : "a block of rank " + names;
      });
    }
  }

  void wait_for(std::vector<mpi::request>& sent) {
    Wait wait(session_, signs_, patience_);
    while (!sent.empty() && !mpi::test_all(sent.begin(), sent.end())) {
      wait.go_on([&] { return std::string(wait.overdue(signs_.latest()) ? "a block to be taken" : ""); });
    }
    sent.clear();
  }

  /// Not all_reduce, which would wait for ever for a rank that stands still.
  std::uint64_t reduce(std::uint64_t share, MPI_Op operation) {
    share_ = share;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(&share_, &total_, 1, MPI_UINT64_T, operation, world_, &request);
    Wait wait(session_, signs_, patience_);
    for (int done = 0;;) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done != 0) return total_;
      wait.go_on([&] { return std::string(wait.overdue(signs_.latest()) ? "another rank's share of a sum" : ""); });
    }
  }

  static constexpr int kSignsInPatience = 8;
  MpiSession& session_;
  SignsOfLife& signs_;
  int exceptions_ = std::uncaught_exceptions();
  mpi::communicator world_;
  std::chrono::milliseconds patience_;
  unsigned rank_;
  unsigned ranks_;
  Awaited awaited_;
  // By the parity of the round, which is the tag as well: a rank is at most one round ahead of another.
  std::vector<mpi::request> sent_[2];
  std::int64_t round_[2] = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::min()};
  std::vector<std::vector<Word>> received_[2];  // by rank
  std::uint64_t share_ = 0, total_ = 0;         // of a reduction: a rank that gives it up may still be written to
};

}  // namespace

struct MpiSession::State {
  State(int& argc, char**& argv, Report to)
      : environment(argc, argv, mpi::threading::funneled, false), report(std::move(to)) {}
  mpi::environment environment;
  mpi::communicator world;
  SignsOfLife signs;
  Report report;
  int exceptions = std::uncaught_exceptions();
};

MpiSession::MpiSession(int& argc, char**& argv, Report report)
    : state_(std::make_unique<State>(argc, argv, std::move(report))) {}

MpiSession::~MpiSession() {
  if (std::uncaught_exceptions() > state_->exceptions) fail("was left by an exception");
  state_->signs.take_rest();
}

unsigned MpiSession::rank() const { return static_cast<unsigned>(state_->world.rank()); }
unsigned MpiSession::ranks() const { return static_cast<unsigned>(state_->world.size()); }

std::unique_ptr<Transport> MpiSession::make_transport(std::chrono::milliseconds patience) {
  return std::make_unique<MpiTransport>(*this, state_->signs, patience);
}

void MpiSession::fail(const std::string& message) noexcept {
  try {
    state_->report("rank " + std::to_string(rank()) + ": " + message);
    mpi::environment::abort(EXIT_FAILURE);
  } catch (...) {
  }
  std::abort();
}

}  // namespace dwell::kernel
