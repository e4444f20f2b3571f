#pragma once
// Several ranks in one test: each on a thread of its own, with what it threw as text.

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/kernel/transport.hpp"

namespace dwell::kernel::test {

/// Calls body(transport, slot of the rank) for each rank; what each threw, empty where nothing.
template <class Slot>
std::vector<std::string> attempt_on_ranks(unsigned ranks, std::vector<Slot>& slots,
                                          const std::function<Slot(Transport&)>& body,
                                          std::chrono::milliseconds patience = kPatience) {
  slots.resize(ranks);
  std::vector<std::string> failures(ranks);
  const auto transports = make_thread_transports(ranks, patience);
  std::vector<std::thread> threads;
  for (unsigned rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        slots[rank] = body(*transports[rank]);
      } catch (const std::exception& error) {
        failures[rank] = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return failures;
}

/// What body(transport) returned on each rank; throws when one threw.
template <class Slot>
std::vector<Slot> on_ranks(unsigned ranks, const std::function<Slot(Transport&)>& body) {
  std::vector<Slot> slots;
  for (const std::string& failure : attempt_on_ranks<Slot>(ranks, slots, body)) {
    if (!failure.empty()) throw std::runtime_error(failure);
  }
  return slots;
}

}  // namespace dwell::kernel::test
