// SPDX-License-Identifier: Apache-2.0
#include "timing/dram/controller.h"

#include <algorithm>
#include <iterator>

namespace trireme {

DramController::DramController(const DramClocks& clocks, const DramPolicy& policy)
    : clocks_(clocks), policy_(policy), banks_(clocks), next_refresh_(clocks.refi) {
  reads_.reserve(static_cast<std::size_t>(policy.queue));
  writes_.reserve(static_cast<std::size_t>(policy.queue));
}

void DramController::push(const DramRequest& request) {
  auto place = arriving_.end();
  while (place != arriving_.begin() && std::prev(place)->arrival > request.arrival) --place;
  arriving_.insert(place, request);
  if (decided_ && request.arrival <= decision_.at) decided_ = false;
}

// Requests enter their queues in order of arrival; one whose queue is full holds up those behind it.
void DramController::admit(DramClock until) {
  while (!arriving_.empty() && arriving_.front().arrival <= until) {
    Queue& queue = arriving_.front().run.write ? writes_ : reads_;
    if (queue.size() == static_cast<std::size_t>(policy_.queue)) return;
    queue.push_back(arriving_.front());
    arriving_.pop_front();
  }
}

DramClock DramController::next_time() {
  if (decided_) return decision_.at;
  for (;;) {
    // 1. Something to choose from.
    if (reads_.empty() && writes_.empty()) {
      if (arriving_.empty()) return kNever;
      admit(std::max(now_, arriving_.front().arrival));
    }
    // 2. The best command; who arrives until then has a say, so choose again with him.
    decision_ = choose();
    const std::size_t before = arriving_.size();
    admit(decision_.at);
    if (arriving_.size() == before) break;
  }
  decided_ = true;
  return decision_.at;
}

bool DramController::waited_too_long(const Queue& queue) const {
  return !queue.empty() && now_ - queue.front().arrival > policy_.max_wait;
}

// Writes gather until there are none to read or three quarters of their queue are full, then go until a
// quarter is left. The oldest of all goes first once it has waited too long.
void DramController::choose_direction(bool& write, bool& oldest_only) const {
  const std::size_t high = std::max<std::size_t>(1, static_cast<std::size_t>(policy_.queue) * 3 / 4);
  const std::size_t low = static_cast<std::size_t>(policy_.queue) / 4;
  const bool late_read = waited_too_long(reads_), late_write = waited_too_long(writes_);
  oldest_only = late_read || late_write;
  if (late_read && late_write) {
    write = writes_.front().arrival < reads_.front().arrival;
  } else if (oldest_only) {
    write = late_write;
  } else if (reads_.empty() || writes_.empty()) {
    write = reads_.empty();
  } else {
    write = writes_.size() >= high || (draining_ && writes_.size() > low);
  }
}

// A row has to be opened for this request: activate a closed bank, or close the wrong row. The oldest request
// of a bank decides (`taken` are the banks that older ones have).
void DramController::consider_opening(const DramRequest& request, std::size_t index, std::uint32_t& taken,
                                      Decision& best) const {
  for (int i = 0; i < request.run.banks; ++i) {
    const int bank = request.run.bank ^ i;
    const std::uint32_t bit = 1U << bank;
    const std::int64_t open = banks_.open_row(bank);
    if (open == request.run.row || (taken & bit) != 0) continue;
    taken |= bit;
    const DramClock from = std::max(now_, request.arrival);
    const DramClock at =
        open < 0 ? banks_.earliest_activate(bank, from) : banks_.earliest_precharge(bank, from);
    if (at >= best.at) continue;
    best = {at, open < 0 ? DramCommand::activate : DramCommand::precharge, bank, index, request.run.write,
            -1};
  }
}

DramController::Decision DramController::choose() const {
  bool write = false, oldest_only = false;
  choose_direction(write, oldest_only);
  const Queue& queue = write ? writes_ : reads_;
  const std::size_t count = oldest_only ? 1 : queue.size();
  Decision best;
  // 1. First ready: of the requests whose row is open the earliest, of equals the oldest.
  std::uint32_t taken = 0;   // banks whose open row is still wanted
  std::uint64_t closed = 0;  // requests that need a row opened
  for (std::size_t i = 0; i < count; ++i) {
    const DramRequest& request = queue[i];
    if (!banks_.is_open(request.run)) {
      closed |= std::uint64_t{1} << i;
      // With one of its two banks open, that one waits for the other.
      if (banks_.open_row(request.run.bank) == request.run.row) taken |= 1U << request.run.bank;
      if (request.run.banks == 2 && banks_.open_row(request.run.bank ^ 1) == request.run.row)
        taken |= 1U << (request.run.bank ^ 1);
      continue;
    }
    taken |= request.run.banks == 2 ? 3U << (request.run.bank & ~1) : 1U << request.run.bank;
    const DramClock bound = std::max(now_, banks_.run_bound(write));
    if (best.at <= bound) continue;
    const DramClock at = banks_.earliest_run(request.run, std::max(now_, request.arrival));
    if (at < best.at)
      best = {at, write ? DramCommand::write : DramCommand::read, request.run.bank, i, write, -1};
  }
  // 2. In its shadow, rows for the others; never a row away from a request that can use it.
  for (std::size_t i = 0; closed >> i != 0; ++i) {
    if ((closed >> i & 1) != 0) consider_opening(queue[i], i, taken, best);
  }
  // 3. A refresh that falls due comes first.
  return best.at >= next_refresh_ ? refresh_decision() : best;
}

DramController::Decision DramController::refresh_decision() const {
  Decision decision;
  decision.command = DramCommand::refresh;
  decision.at = banks_.earliest_refresh(std::max(now_, next_refresh_), decision.precharge);
  return decision;
}

void DramController::note(DramClock at, DramCommand command, int bank, std::int64_t row) {
  if (trace_ != nullptr) trace_->push_back({at, command, bank, row});
}

DramController::Done DramController::finish_run(const Decision& decision) {
  Queue& queue = decision.write ? writes_ : reads_;
  const DramRequest request = queue[decision.index];
  queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(decision.index));
  draining_ = decision.write;
  banks_.run(request.run, decision.at);
  const int spacing = banks_.spacing(request.run);
  for (int i = 0; trace_ != nullptr && i < request.run.columns; ++i) {
    const int bank = request.run.banks == 2 ? request.run.bank ^ (i & 1) : request.run.bank;
    note(decision.at + DramClock{i} * spacing, decision.command, bank, request.run.row);
  }
  const DramClock last = decision.at + DramClock{request.run.columns - 1} * spacing;
  const int latency = decision.write ? clocks_.write_latency : clocks_.read_latency;
  return {true, request.tag, last + latency + clocks_.burst};
}

DramController::Done DramController::step() {
  next_time();
  const Decision decision = decision_;
  decided_ = false;
  now_ = decision.at;
  const Queue& queue = decision.write ? writes_ : reads_;
  switch (decision.command) {
    case DramCommand::activate:
      banks_.activate(decision.bank, queue[decision.index].run.row, decision.at);
      note(decision.at, decision.command, decision.bank, queue[decision.index].run.row);
      return {};
    case DramCommand::precharge:
      banks_.precharge(decision.bank, decision.at);
      note(decision.at, decision.command, decision.bank, -1);
      return {};
    case DramCommand::refresh:
      if (decision.precharge >= 0) note(decision.precharge, DramCommand::precharge_all, -1, -1);
      note(decision.at, decision.command, -1, -1);
      banks_.refresh(decision.precharge, decision.at);
      next_refresh_ += clocks_.refi;
      return {};
    default:
      return finish_run(decision);
  }
}

void DramController::refresh_until(DramClock clock) {
  while (reads_.empty() && writes_.empty() && arriving_.empty() && next_refresh_ <= clock) {
    decision_ = refresh_decision();
    decided_ = true;
    step();
  }
}

}  // namespace trireme
