#include "detectors/hosts/hosted_detector.hpp"

#include <optional>

namespace dwell::hosts {
namespace {

constexpr std::int64_t kMeasuredEvery = 16;  // windows; a leak is to be seen before it hurts

class HostedDetector final : public detect::SequentialDetector {
 public:
  HostedDetector(std::shared_ptr<const Outsider> outsider, const detect::Setting& setting)
      : outsider_(std::move(outsider)), setting_(setting) {}

  [[nodiscard]] const detect::Descriptor& descriptor() const override { return outsider_->introduction.descriptor; }

  [[nodiscard]] std::unique_ptr<detect::Detector> clone() const override {
    auto copy = std::make_unique<HostedDetector>(outsider_, setting_);
    copy->begins_with_ = state();
    copy->failed_ = failed_;
    copy->window_ = window_;
    return copy;
  }

  void save(ByteWriter& writer) const override {
    const auto now = state();
    writer.put_string(failed_);
    writer.put(window_);
    writer.put(now.has_value());
    if (now) writer.put_vector(*now);
  }

  Status restore(ByteReader& reader) override {
    session_.reset();
    pending_ = false;
    failed_ = reader.get_string();
    window_ = reader.get<std::int64_t>();
    begins_with_.reset();
    if (reader.get<bool>()) begins_with_ = reader.get_vector<std::byte>();
    if (!reader.failed()) return success();
    return Error{descriptor().name, "saved state", "it ends early", "the bytes that save wrote"};
  }

  [[nodiscard]] std::uint64_t state_bytes() const override { return session_ ? session_->state_bytes() : 0; }

  [[nodiscard]] double outside_ns() const override { return session_ ? session_->core_ns() : 0; }

  void observe(const detect::WindowRows& rows) override {
    guarded([&] {
      const detect::TopicMask topics = descriptor().topics;
      // A batch is sent when it is known that another one follows: the last one of a window goes with its close.
      flush();
      std::size_t left = frames_of(rows, topics);
      if (left == 0) return;
      Session& session = started();
      encode_all(writer_, rows, topics, outsider_->introduction.columns, window_,
                 [&](std::span<const std::byte> frame) {
                   pending_frame_ = frame;
                   pending_ = --left == 0;
                   if (!pending_) session.batch(frame);
                 });
    });
  }

  void close(const detect::WindowInfo& window, detect::Scores& scores) override {
    guarded([&] {
      window_ = window.index + 1;
      const std::span<const std::byte> last = pending_ ? pending_frame_ : std::span<const std::byte>();
      pending_ = false;
      Session& session = started();
      session.close(window, last, scores);
      if (window.index % kMeasuredEvery == 0 && session.state_bytes() > descriptor().memory_bound_bytes) {
        throw SessionError(Error{outsider_->reference.file, outsider_->reference.name, "it outgrew its memory",
                                 std::to_string(descriptor().memory_bound_bytes - kHostBytes) + " bytes as declared"});
      }
    });
  }

 private:
  static std::size_t frames_of(const detect::WindowRows& rows, detect::TopicMask topics) {
    std::size_t frames = 0;
    const auto add = [&](telemetry::Topic topic, std::size_t size) {
      if ((topics & detect::topic_bit(topic)) != 0) frames += (size + kFrameRows - 1) / kFrameRows;
    };
#define DWELL_COUNT_FRAMES(topic, Stem, COLUMNS, meaning) add(telemetry::Topic::topic, rows.topic.size());
    DWELL_TOPICS(DWELL_COUNT_FRAMES)
#undef DWELL_COUNT_FRAMES
    return frames;
  }

  Session& started() {
    if (!session_) {
      auto session = std::make_unique<Session>(outsider_->reference, outsider_->options);
      session->configure(setting_);
      if (begins_with_) session->restore(*begins_with_);
      begins_with_.reset();
      session_ = std::move(session);
    }
    return *session_;
  }

  void flush() {
    if (!pending_) return;
    pending_ = false;
    started().batch(pending_frame_);
  }

  /// What the process would save now; nothing for one that is as it was made, or failed.
  [[nodiscard]] std::optional<std::vector<std::byte>> state() const {
    if (!session_ || !failed_.empty()) return begins_with_;
    try {
      return session_->save();
    } catch (const std::exception& problem) {
      note(problem);
      return {};
    }
  }

  /// Its rows name the detector; the folder it came from is none of their business.
  void note(const std::exception& problem) const {
    const auto* const known = dynamic_cast<const SessionError*>(&problem);
    failed_ = known != nullptr ? Error{"", "", known->error.found, known->error.accepted}.message() : problem.what();
    session_.reset();
  }

  template <class Work>
  void guarded(Work work) {
    if (!failed_.empty()) throw std::runtime_error(failed_);
    try {
      work();
    } catch (const std::exception& problem) {
      note(problem);
      throw std::runtime_error(failed_);
    }
  }

  std::shared_ptr<const Outsider> outsider_;
  detect::Setting setting_;
  std::optional<std::vector<std::byte>> begins_with_;
  // A process that is asked for its state may fail, which a copy and a saved state must say as well.
  mutable std::unique_ptr<Session> session_;
  mutable std::string failed_;
  FrameWriter writer_;
  std::span<const std::byte> pending_frame_;
  bool pending_ = false;
  std::int64_t window_ = 0;  // the next
};

}  // namespace

Result<std::shared_ptr<const Outsider>> meet(const Reference& reference, const HostOptions& options) {
  try {
    const Session session(reference, options);
    if (!session.introduction().saves) {
      return Error{reference.file, reference.name, "cannot save its state, and the views of a run are copies of it",
                   "a detector with save and restore"};
    }
    auto outsider = std::make_shared<Outsider>(Outsider{reference, session.introduction(), options});
    return std::shared_ptr<const Outsider>(std::move(outsider));
  } catch (const SessionError& problem) {
    return problem.error;
  } catch (const std::exception& problem) {
    return Error{reference.file, reference.name, problem.what(), "a detector that can be started"};
  }
}

std::unique_ptr<detect::Detector> make_hosted(std::shared_ptr<const Outsider> outsider,
                                              const detect::Setting& setting) {
  return std::make_unique<HostedDetector>(std::move(outsider), setting);
}

}  // namespace dwell::hosts
