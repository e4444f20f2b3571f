#pragma once
// Signs that ranks between processes give each other while they work long between rounds. Of dwell_mpi alone.

#include <mpi.h>

#include <chrono>
#include <vector>

namespace dwell::kernel {

/// One a session. Messages without content, on a communicator of their own. Used by the thread that initialised MPI.
class SignsOfLife {
 public:
  using Clock = std::chrono::steady_clock;
  SignsOfLife();
  SignsOfLife(const SignsOfLife&) = delete;
  SignsOfLife& operator=(const SignsOfLife&) = delete;

  /// One to each other rank, unless the last ones were given less than `every` ago. Never waits.
  void give(Clock::duration every);
  /// Takes those that have come.
  void take();
  /// Collective, before MPI ends: takes all that were given and not taken yet.
  void take_rest();

  /// Time that this rank has spent waiting for others so far, without what it was stopped itself in: the time in which
  /// others' silence is measured.
  [[nodiscard]] Clock::duration attentive() const { return attentive_; }
  void attend(Clock::duration step) { attentive_ += step; }
  /// Since when rank `rank` has been silent, in that time; that of all together for the latest of any.
  [[nodiscard]] Clock::duration heard(unsigned rank) const { return heard_[rank]; }
  [[nodiscard]] Clock::duration latest() const { return latest_; }

 private:
  void receive(int rank);
  MPI_Comm comm_ = MPI_COMM_NULL;  // MPI's end frees it
  int rank_ = 0;
  std::vector<MPI_Request> given_;     // by rank
  std::vector<int> count_, received_;  // by rank, since the begin
  std::vector<Clock::duration> heard_;
  Clock::duration attentive_{0}, latest_{0};
  Clock::time_point last_ = Clock::now();
};

}  // namespace dwell::kernel
