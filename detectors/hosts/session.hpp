#pragma once
// A talk with a detector in a process of its own, from Dwell's side. PROTOCOL.md says what is said.

#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "detectors/hosts/channel.hpp"
#include "detectors/hosts/child_process.hpp"
#include "detectors/hosts/introduction.hpp"

namespace dwell::hosts {

struct HostOptions {
  /// The longest that a detector may take for one answer.
  std::chrono::milliseconds patience{30'000};
  /// While it is true nothing is waited for: what would have to be fails as if the detector had, and whoever set it
  /// throws the run away. It outlives every session; nullptr: there is none.
  const std::atomic<bool>* stop = nullptr;
};

/// What is spoken: of the wire (PROTOCOL.md), and of the C interface that a library must have.
struct Versions {
  int protocol = 1;
  std::uint32_t interface = DWELL_DETECTOR_ABI;
};

/// What went wrong, in words that are the same whenever it goes wrong the same way.
class SessionError : public std::runtime_error {
 public:
  explicit SessionError(Error why, bool said = false)
      : std::runtime_error(why.message()), error(std::move(why)), told(said) {}
  const Error error;
  const bool told;  ///< it is what the process itself answered
};

/// Every call ends in an answer or a SessionError; after one the session is of no more use.
class Session {
 public:
  /// Starts the process and has the detector introduce itself.
  Session(const Reference& reference, const HostOptions& options, const Versions& versions = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// Says good-bye.
  ~Session();

  [[nodiscard]] const Introduction& introduction() const { return introduction_; }
  /// Makes the instance.
  void configure(const detect::Setting& setting);
  /// A batch that others of the same window follow.
  void batch(std::span<const std::byte> frame);
  /// Ends a window; `last` is its last batch, empty when it has none.
  void close(const detect::WindowInfo& window, std::span<const std::byte> last, detect::Scores& scores);
  [[nodiscard]] std::vector<std::byte> save();
  void restore(std::span<const std::byte> state);
  /// Memory beyond what the process had before the instance was made.
  [[nodiscard]] std::uint64_t state_bytes() const;
  /// Processor time that the process has taken, in all its threads.
  [[nodiscard]] double core_ns() const { return process_.core_ns(); }

 private:
  void say(const std::string& lines, std::span<const std::byte> frame = {});
  /// The answer's line, as JSON text, which is of this type.
  std::string_view hear(const char* type);
  void hello(const Versions& versions);
  void take_scores(detect::Scores& scores);
  [[noreturn]] void fail(const std::string& what, const std::string& accepted = "", bool told = false);
  /// Does `work` in time; what goes wrong becomes a SessionError.
  template <class Work>
  auto in_time(const std::string& doing, Work work);

  Reference reference_;
  HostOptions options_;
  ChildProcess process_;
  Channel channel_;
  Introduction introduction_;
  std::uint64_t base_bytes_ = 0;
  bool broken_ = false;
  std::string doing_;  // for messages
};

}  // namespace dwell::hosts
