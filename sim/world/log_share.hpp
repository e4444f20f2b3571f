#pragma once
// How much of the access log a campaign makes up while it lasts.

#include <cstdint>

#include "sim/core/serial.hpp"

namespace dwell::world {

/// Log lines of the windows from the first to the last in which the campaign wrote any, and the campaign's among them.
class LogShare {
 public:
  /// Lines of the next window: all but the placebo's, and of them the campaign's.
  void add_window(std::uint64_t lines, std::uint64_t campaign_lines) {
    if (campaign_lines != 0 && campaign_ == 0) before_ = total_;
    total_ += lines;
    if (campaign_lines == 0) return;
    campaign_ += campaign_lines;
    last_ = total_;
  }
  /// 0 without a campaign.
  [[nodiscard]] double value() const {
    return campaign_ == 0 ? 0 : static_cast<double>(campaign_) / static_cast<double>(last_ - before_);
  }
  void save(ByteWriter& writer) const {
    for (const std::uint64_t figure : {total_, before_, last_, campaign_}) writer.put(figure);
  }
  void restore(ByteReader& reader) {
    for (std::uint64_t* const figure : {&total_, &before_, &last_, &campaign_}) *figure = reader.get<std::uint64_t>();
  }

 private:
  std::uint64_t total_ = 0, before_ = 0, last_ = 0, campaign_ = 0;
};

}  // namespace dwell::world
