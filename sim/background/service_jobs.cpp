#include "sim/background/service_jobs.hpp"

namespace dwell::background {
namespace {

constexpr std::uint16_t kListLimit = 20;

}  // namespace

protocol::Subscriber ServiceJobs::host(protocol::NetworkKind kind, std::uint32_t bits, std::uint32_t ordinal) const {
  const protocol::Network& network = around_.networks->pick(kind, bits);
  return {around_.networks->address(network, ordinal), network.id, network.country, Client::service};
}

void ServiceJobs::read(kernel::Context& context, Time at, const Read& what) {
  protocol::Request request;
  request.member = what.member;
  request.origin = kBackground;
  request.from = what.from;
  request.page = what.page;
  request.issued = what.issued;
  request.most_records = kListLimit;
  request.key = what.key;
  request.token = what.token;
  request.token_issued = what.token_issued;
  send_request(context, around_.shards, at, request);
  audit_.add({at.us, at.us, what.token.value, 0, what.member.value, what.key.value, 0});
}

}  // namespace dwell::background
