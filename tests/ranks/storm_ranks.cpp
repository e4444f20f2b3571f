// Storms under mpirun: storm_ranks MODE THREADS [FOLDER].
//   digests   storms of every shape give on ranks what the serial engine gives; rank 0 computes both
//   saved     storms stopped and saved on ranks, their parts in FOLDER, go on on ranks and in one process alike
//   stop      storms of large blocks are left in the middle, again and again, without any last word between ranks
//   throw     the process of rank 1 throws in window 3
//   early     a process of rank 1 sends too early
//   kill      rank 1 kills itself in window 3; every rank leaves its process id in FOLDER before
//   stand     the same, but rank 1 stops itself, and the others are patient for two seconds
//   vote      rank 1 stops itself where the others wait for its share of a sum
//   nap       rank 0 is stopped for longer than its patience, by rank 1, which then goes on
//   work      rank 1 works for longer than the others' patience, and gives signs
//   silent    the same for ever, while the last rank stops itself
//   leave     rank 1 returns from main's body by an exception between steps

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

#include "sim/kernel/mpi_transport.hpp"
#include "tests/differential/sim/kernel/storm.hpp"
#include "tests/unit/sim/kernel/script.hpp"

namespace dwell::kernel::test {
namespace {

constexpr std::chrono::milliseconds kLittlePatience{2000};

void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stderr);
  std::fflush(stderr);
}

int compare_digests(MpiSession& session, Executor& executor) {
  int failures = 0;
  std::uint64_t events = 0;
  for (std::uint64_t seed = 301; seed <= 340; ++seed) {
    const StormShape shape(seed);
    const auto transport = session.make_transport();
    const StormResult found = run_storm(shape, *make_distributed_engine(options_of(shape), executor, *transport));
    events += found.events;
    if (session.rank() != 0) continue;
    if (const StormResult expected = run_storm(shape, *make_serial_engine(options_of(shape))); found != expected) {
      ++failures;
      say("seed " + std::to_string(seed) + ": " + std::to_string(found.digest) + " on ranks, " +
          std::to_string(expected.digest) + " serial");
    }
  }
  if (session.rank() == 0) {
    say(std::to_string(session.ranks()) + " ranks: " + std::to_string(events) + " events, " + std::to_string(failures) +
        " storms differ");
  }
  return failures == 0 && events > 0 ? 0 : 1;
}

StormResult go_on(const StormShape& shape, Engine& engine, const std::string& folder, unsigned ranks) {
  std::vector<std::ifstream> files;
  std::vector<std::istream*> parts;
  for (unsigned rank = 0; rank < ranks; ++rank) files.emplace_back(folder + "/" + std::to_string(rank) + ".part");
  for (std::ifstream& file : files) parts.push_back(&file);
  add_storm(shape, engine);
  if (const Status restored = engine.restore(parts); !restored) throw std::runtime_error(restored.error().message());
  while (engine.step()) continue;
  return result_of(engine);
}

int compare_saved(MpiSession& session, Executor& executor, const std::string& folder) {
  int failures = 0;
  for (std::uint64_t seed = 351; seed <= 360; ++seed) {
    const StormShape shape(seed);
    const auto transport = session.make_transport();
    {
      const auto engine = make_distributed_engine(options_of(shape), executor, *transport);
      add_storm(shape, *engine);
      for (std::uint64_t w = 0; w < seed % 12; ++w) engine->step();
      std::ofstream out(folder + "/" + std::to_string(session.rank()) + ".part");
      if (const Status saved = engine->save(out); !saved) throw std::runtime_error(saved.error().message());
    }
    (void)transport->sum(0);  // all parts are written
    const auto engine = make_distributed_engine(options_of(shape), executor, *transport);
    const StormResult found = go_on(shape, *engine, folder, session.ranks());
    const StormResult alone = go_on(shape, *make_windowed_engine(options_of(shape), executor), folder, session.ranks());
    const StormResult expected = run_storm(shape, *make_serial_engine(options_of(shape)));
    failures += found == expected && alone == expected ? 0 : 1;
    (void)transport->sum(0);  // all parts are read
  }
  return failures == 0 ? 0 : 1;
}

/// Blocks of some hundred kilobytes, which MPI fetches from where the sender keeps them.
int stop_midway(MpiSession& session, Executor& executor) {
  for (int windows = 1; windows <= 12; ++windows) {
    const auto transport = session.make_transport();
    const auto engine = make_distributed_engine({Duration{100}, kNever, 4}, executor, *transport);
    const std::uint32_t processes = 2 * session.ranks();
    for (std::uint32_t id = 0; id < processes; ++id) {
      engine->add(
          !engine->local({id}) ? nullptr : std::make_unique<ScriptProcess>(Script{.open = [processes](Context& c) {
            for (std::uint32_t i = 0; i < 20'000; ++i)
              c.send({(c.self().value + 1 + i % (processes - 1)) % processes}, c.now() + c.lookahead(), 0, i);
          }}));
    }
    for (int w = 0; w < windows; ++w) engine->step();
    if (session.rank() == 1) usleep(20'000);  // the others are gone by then, but for what they must wait for
  }
  return 0;
}

/// Three processes a rank; those of rank 1 call `mishap` in the open of window 3.
int run_mishap(MpiSession& session, Executor& executor, const std::function<void(Context&)>& mishap,
               std::chrono::milliseconds patience = kPatience) {
  const auto transport = session.make_transport(patience);
  const auto engine = make_distributed_engine({Duration{100}, kNever, 4}, executor, *transport);
  for (std::uint32_t id = 0; id < 3 * session.ranks(); ++id) {
    engine->add(!engine->local({id}) ? nullptr
                                     : std::make_unique<ScriptProcess>(Script{.open = [&, first = id == 1](Context& c) {
                                         if (first && c.window().index == 3) mishap(c);
                                         c.send({(c.self().value + 1) % 3}, c.now() + c.lookahead(), 0, 1);
                                       }}));
  }
  for (int window = 0; window < 100; ++window) engine->step();
  return 0;
}

void leave_id(MpiSession& session, const std::string& folder) {
  std::ofstream(folder + "/" + std::to_string(session.rank()) + ".pid") << getpid() << '\n';
}

int stop_in_a_vote(MpiSession& session) {
  const auto transport = session.make_transport(kLittlePatience);
  if (session.rank() == 1) (void)std::raise(SIGSTOP);
  (void)transport->sum(1);
  return 0;
}

int nap(MpiSession& session, Executor& executor) {
  const auto sleeper =
      static_cast<pid_t>(session.make_transport()->sum(session.rank() == 0 ? static_cast<std::uint64_t>(getpid()) : 0));
  return run_mishap(
      session, executor,
      [sleeper](Context&) {
        ::kill(sleeper, SIGSTOP);
        std::this_thread::sleep_for(2 * kLittlePatience);
        ::kill(sleeper, SIGCONT);
        std::this_thread::sleep_for(kLittlePatience / 4);  // in which rank 0 finds out how late it is
      },
      kLittlePatience);
}

/// One round of blocks, after rank 1 has worked until `done` says so, and the last rank has stood still if it does.
int work_long(MpiSession& session, const std::function<bool()>& done, bool stands = false) {
  const auto transport = session.make_transport(kLittlePatience);
  if (stands && session.rank() + 1 == session.ranks()) (void)std::raise(SIGSTOP);
  const std::uint64_t block = 5;
  while (session.rank() == 1 && !done()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    transport->give_sign();
  }
  for (unsigned to = 0; to < session.ranks(); ++to) {
    if (to != session.rank()) transport->post(0, to, std::as_bytes(std::span(&block, 1)));
  }
  for (unsigned i = 1; i < session.ranks(); ++i) (void)transport->take(0);
  return 0;
}

int run_mode(MpiSession& session, Executor& executor, const std::string& mode, const std::string& folder) {
  if (mode == "digests") return compare_digests(session, executor);
  if (mode == "saved") return compare_saved(session, executor, folder);
  if (mode == "stop") return stop_midway(session, executor);
  if (mode == "throw") {
    return run_mishap(session, executor, [](Context&) { throw std::runtime_error("the well is dry"); });
  }
  if (mode == "early") {
    return run_mishap(session, executor, [](Context& c) { c.send({0}, c.now() + Duration{99}, 0, 1); });
  }
  if (mode == "kill" || mode == "stand") {
    leave_id(session, folder);
    const bool kill = mode == "kill";
    return run_mishap(
        session, executor, [kill](Context&) { (void)std::raise(kill ? SIGKILL : SIGSTOP); },
        kill ? kPatience : kLittlePatience);
  }
  if (mode == "vote") {
    leave_id(session, folder);
    return stop_in_a_vote(session);
  }
  if (mode == "work") {
    const auto end = std::chrono::steady_clock::now() + 2 * kLittlePatience;
    return work_long(session, [end] { return std::chrono::steady_clock::now() > end; });
  }
  if (mode == "silent") {
    leave_id(session, folder);
    return work_long(
        session, [] { return false; }, true);
  }
  if (mode == "nap") return nap(session, executor);
  if (mode == "leave") {
    const auto transport = session.make_transport();
    if (session.rank() == 1) throw std::runtime_error("out of the way");
    (void)transport->sum(1);
    return 0;
  }
  throw std::runtime_error("no mode " + mode);
}

}  // namespace
}  // namespace dwell::kernel::test

int main(int argc, char** argv) {
  using namespace dwell::kernel;
  try {
    MpiSession session(argc, argv, test::say);
    const auto executor = make_thread_executor(argc > 2 ? std::stoul(argv[2]) : 1);
    return test::run_mode(session, *executor, argc > 1 ? argv[1] : "digests", argc > 3 ? argv[3] : ".");
  } catch (const std::exception& error) {
    test::say(error.what());
    return 1;
  }
}
