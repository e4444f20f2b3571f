#include "sim/kernel/signs_of_life.hpp"

#include <cstddef>

namespace dwell::kernel {

SignsOfLife::SignsOfLife() {
  MPI_Comm_dup(MPI_COMM_WORLD, &comm_);
  MPI_Comm_rank(comm_, &rank_);
  int ranks = 0;
  MPI_Comm_size(comm_, &ranks);
  const auto size = static_cast<std::size_t>(ranks);
  given_.assign(size, MPI_REQUEST_NULL);
  count_.resize(size);
  received_.resize(size);
  heard_.resize(size);
}

void SignsOfLife::give(Clock::duration every) {
  const Clock::time_point now = Clock::now();
  if (now - last_ < every) return;
  last_ = now;
  for (std::size_t to = 0; to < given_.size(); ++to) {
    if (static_cast<int>(to) == rank_) continue;
    int gone = 0;
    MPI_Test(&given_[to], &gone, MPI_STATUS_IGNORE);
    if (gone == 0) continue;
    MPI_Isend(nullptr, 0, MPI_BYTE, static_cast<int>(to), 0, comm_, &given_[to]);
    ++count_[to];
  }
  take();  // nor do those of others pile up while this rank works
}

void SignsOfLife::take() {
  for (;;) {
    int any = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, comm_, &any, &status);
    if (any == 0) return;
    receive(status.MPI_SOURCE);
  }
}

void SignsOfLife::receive(int rank) {
  MPI_Recv(nullptr, 0, MPI_BYTE, rank, 0, comm_, MPI_STATUS_IGNORE);
  const auto at = static_cast<std::size_t>(rank);
  ++received_[at];
  heard_[at] = latest_ = attentive_;
}

void SignsOfLife::take_rest() {
  std::vector<int> expected(count_.size());
  MPI_Alltoall(count_.data(), 1, MPI_INT, expected.data(), 1, MPI_INT, comm_);
  for (std::size_t from = 0; from < expected.size(); ++from) {
    while (received_[from] < expected[from]) receive(static_cast<int>(from));
  }
  MPI_Waitall(static_cast<int>(given_.size()), given_.data(), MPI_STATUSES_IGNORE);
}

}  // namespace dwell::kernel
