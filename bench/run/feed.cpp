#include "bench/run/feed.hpp"

#include <algorithm>

namespace dwell::run {
namespace {

bool stays_in_place(const Subscription& s) {
  const bool arranged = s.access.ordered || s.access.by_shard || s.auth.ordered || s.auth.by_shard;
  return s.access.pages == detect::kAllPages && !arranged;
}

}  // namespace

std::size_t Subscription::variant(detect::TopicMask wanted) {
  const auto at = std::find(topics.begin(), topics.end(), wanted);
  if (at != topics.end()) return static_cast<std::size_t>(at - topics.begin());
  topics.push_back(wanted);
  return topics.size() - 1;
}

Lane::Lane(Subscription subscription, std::uint32_t shards)
    : subscription_(std::move(subscription)),
      in_place_(stays_in_place(subscription_)),
      access_(shards),
      auth_(shards),
      handed_out_(subscription_.topics.size()) {
  for (const detect::TopicMask topics : subscription_.topics) {
    wants_access_ = wants_access_ || has(topics, telemetry::Topic::access);
    wants_auth_ = wants_auth_ || has(topics, telemetry::Topic::auth);
  }
}

void Lane::load(const WindowSource& source) {
  set_platform_rows(source);
  adds_ = {};
  if (in_place_) return load_in_place(source);
  if (wants_access_) access_.load(source, subscription_.access);
  if (wants_auth_) auth_.load(source, subscription_.auth);
  for (const View view : {View::factual, View::placebo}) {
    adds_[static_cast<std::size_t>(view)] = (wants_access_ && access_.adds(view)) || (wants_auth_ && auth_.adds(view));
  }
}

void Lane::load_in_place(const WindowSource& source) {
  units_ = source.partitions.size();
  access_units_.resize(units_);
  auth_units_.resize(units_);
  for (std::size_t unit = 0; unit < units_; ++unit) {
    const telemetry::PartitionRows& rows = source.partitions[unit];
    access_units_[unit].load(rows.access, source);
    if (wants_auth_) auth_units_[unit].load(rows.auth, source);
    for (const View view : {View::factual, View::placebo}) {
      bool& adds = adds_[static_cast<std::size_t>(view)];
      adds =
          adds || !access_units_[unit].added(view).empty() || (wants_auth_ && !auth_units_[unit].added(view).empty());
    }
  }
}

/// Topics a detector did not name stay empty.
void Lane::set_platform_rows(const WindowSource& source) {
  using telemetry::Topic;
  const telemetry::PlatformRows& platform = *source.platform;
  const telemetry::Shift shift = source.shift;
  for (std::size_t k = 0; k < handed_out_.size(); ++k) {
    const detect::TopicMask topics = subscription_.topics[k];
    detect::WindowRows& rows = handed_out_[k];
    if (has(topics, Topic::keys)) rows.keys = {platform.keys.rows, shift};
    if (has(topics, Topic::workforce)) rows.workforce = {platform.workforce.rows, shift};
    if (has(topics, Topic::audit)) rows.audit = {platform.audit.rows, shift};
    if (has(topics, Topic::deception)) rows.deception = {platform.deception.rows, shift};
  }
  choose_complaints(source);
}

/// Complaints alone among the platform's topics can be caused by a campaign.
void Lane::choose_complaints(const WindowSource& source) {
  complaints_ = &source.platform->complaints;
  shift_ = source.shift;
  for (std::vector<std::uint32_t>& of_view : complaints_of_) of_view.clear();
  if (complaints_->foreign == 0) return;
  for (std::uint32_t i = 0; i < complaints_->rows.size(); ++i) {
    const Origin origin = complaints_->origins[i];
    const Label label = origin == kBackground ? Label{0} : (*source.label)(origin);
    for (std::size_t view = 0; view < kViews; ++view) {
      if (label == 0 || label == view) complaints_of_[view].push_back(i);
    }
  }
}

template <class Access, class Auth>
const detect::WindowRows& Lane::hand_out(std::size_t variant, View view, Access access, Auth auth) {
  const detect::TopicMask topics = subscription_.topics[variant];
  detect::WindowRows& out = handed_out_[variant];
  if (has(topics, telemetry::Topic::complaints)) {
    const std::vector<std::uint32_t>& chosen = complaints_of_[static_cast<std::size_t>(view)];
    out.complaints = complaints_->foreign == 0 ? telemetry::ComplaintsRows(complaints_->rows, shift_)
                                               : telemetry::ComplaintsRows(complaints_->rows, chosen, shift_);
  }
  if (has(topics, telemetry::Topic::access)) out.access = access();
  if (has(topics, telemetry::Topic::auth)) out.auth = auth();
  return out;
}

const detect::WindowRows& Lane::clean(std::size_t unit, std::size_t variant) {
  return hand_out(
      variant, View::clean, [&] { return in_place_ ? access_units_[unit].clean() : access_.clean(); },
      [&] { return in_place_ ? auth_units_[unit].clean() : auth_.clean(); });
}

const detect::WindowRows& Lane::added(std::size_t unit, std::size_t variant, View view) {
  return hand_out(
      variant, view, [&] { return in_place_ ? access_units_[unit].added(view) : access_.added(view); },
      [&] { return in_place_ ? auth_units_[unit].added(view) : auth_.added(view); });
}

const detect::WindowRows& Lane::ordered(std::size_t variant, View view) {
  return hand_out(
      variant, view, [&] { return access_.ordered(view); }, [&] { return auth_.ordered(view); });
}

const detect::WindowRows& Lane::platform(std::size_t variant, View view) {
  return hand_out(
      variant, view, [] { return telemetry::AccessRows(); }, [] { return telemetry::AuthRows(); });
}

}  // namespace dwell::run
