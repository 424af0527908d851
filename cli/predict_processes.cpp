// SPDX-License-Identifier: Apache-2.0
// The child processes of predict(). A child takes a network, imports it once and sends one line of JSON for
// each chip. If it dies, the chip it was at is skipped and another child goes on with the rest.
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "cli/predict.h"
#include "cli/prediction_cache.h"
#include "support/error.h"

namespace trireme {

namespace {

using Json = nlohmann::json;

struct Work {  // the chips of a task that are still to be run
  std::size_t task;
  std::deque<std::size_t> chips;
};

struct Child {
  pid_t process = -1;
  int pipe = -1;
  Work work;
  std::string received;
};

std::string reason_of(const std::exception& failure) {
  const auto* error = dynamic_cast<const Error*>(&failure);
  if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) return "out of memory";
  if (error == nullptr) return failure.what();
  const std::size_t more = error->problems().size() - 1;
  return to_string(error->problems().front()) + (more == 0 ? "" : fmt::format(" and {} more", more));
}

PredictedRun skipped(const std::string& reason) {
  PredictedRun run;
  run.prediction.skipped_because = reason;
  return run;
}

template <typename Run>
PredictedRun or_skipped(Run run) {
  try {
    return run();
  } catch (const std::exception& failure) {
    return skipped(reason_of(failure));
  }
}

void send_line(int pipe, const std::string& text) {
  const std::string line = text + "\n";
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t count = write(pipe, line.data() + sent, line.size() - sent);
    if (count < 0 && errno != EINTR) _exit(1);
    sent += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
}

// Dies with its parent; signals end it again, which the parent may have left to a thread of its own.
[[noreturn]] void be_child(const PredictionTask& task, const Work& work, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  Graph graph;
  const PredictedRun import = or_skipped([&] {
    graph = network_for_timing(task.network);
    return PredictedRun();
  });
  for (const std::size_t chip : work.chips) {
    const bool imported = import.prediction.skipped_because.empty();
    send_line(pipe,
              text_of(imported ? or_skipped([&] { return predict_here(graph, task.chips[chip]); }) : import));
  }
  _exit(0);
}

class ChildProcesses {
 public:
  ChildProcesses(const std::vector<PredictionTask>& tasks, const PredictionCache& cache,
                 const PredictionProgress& progress)
      : tasks_(tasks), cache_(cache), progress_(progress) {
    for (const PredictionTask& task : tasks) results_.emplace_back(task.chips.size());
  }

  ~ChildProcesses() {  // an Error on the way: nobody waits for them
    for (const Child& child : children_) {
      kill(child.process, SIGKILL);
      waitpid(child.process, nullptr, 0);
      close(child.pipe);
    }
  }

  std::vector<std::vector<PredictedRun>> run(unsigned workers) {
    for (std::size_t task = 0; task < tasks_.size(); ++task) add_work(task);
    while (!waiting_.empty() || !children_.empty()) {
      while (children_.size() < std::max(workers, 1U) && !waiting_.empty()) start();
      listen();
    }
    return std::move(results_);
  }

 private:
  void add_work(std::size_t task) {
    Work work{task, {}};
    for (std::size_t chip = 0; chip < tasks_[task].chips.size(); ++chip) {
      if (auto known = cache_.find(tasks_[task].network, tasks_[task].chips[chip])) {
        keep(task, chip, std::move(*known));
      } else {
        work.chips.push_back(chip);
      }
    }
    if (!work.chips.empty()) waiting_.push_back(std::move(work));
  }

  void start() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw Error("", fmt::format("no pipe: {}", std::strerror(errno)), "");
    Child child;
    child.work = std::move(waiting_.front());
    waiting_.pop_front();
    child.process = fork();
    if (child.process < 0)
      throw Error("", fmt::format("no process: {}", std::strerror(errno)), "give a smaller -j");
    if (child.process == 0) be_child(tasks_[child.work.task], child.work, ends[1]);
    close(ends[1]);
    child.pipe = ends[0];
    children_.push_back(std::move(child));
  }

  void listen() {
    std::vector<pollfd> pipes;
    for (const Child& child : children_) pipes.push_back({child.pipe, POLLIN, 0});
    if (poll(pipes.data(), pipes.size(), -1) < 0) return;  // interrupted: again
    for (std::size_t i = pipes.size(); i-- > 0;) {
      if (pipes[i].revents != 0 && !receive(children_[i])) {
        bury(children_[i]);
        children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }

  // False at the end.
  bool receive(Child& child) {
    std::array<char, 65536> buffer{};
    const ssize_t count = read(child.pipe, buffer.data(), buffer.size());
    if (count < 0) return errno == EINTR;
    child.received.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end; (end = child.received.find('\n')) != std::string::npos;) {
      const std::size_t chip = child.work.chips.front();
      child.work.chips.pop_front();
      PredictedRun run = run_of(child.received.substr(0, end));
      child.received.erase(0, end + 1);
      cache_.store(tasks_[child.work.task].network, tasks_[child.work.task].chips[chip], run);
      keep(child.work.task, chip, std::move(run));
    }
    return count > 0;
  }

  void bury(Child& child) {
    int status = 0;
    waitpid(child.process, &status, 0);
    close(child.pipe);
    if (child.work.chips.empty()) return;
    const std::string how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                                : fmt::format("exit code {}", WEXITSTATUS(status));
    keep(child.work.task, child.work.chips.front(), skipped("its process ended with " + how));
    child.work.chips.pop_front();
    if (!child.work.chips.empty()) waiting_.push_back(std::move(child.work));
  }

  void keep(std::size_t task, std::size_t chip, PredictedRun run) {
    results_[task][chip] = std::move(run);
    if (progress_) progress_(++done_, tasks_[task].network + " on " + tasks_[task].chips[chip].market_name);
  }

  const std::vector<PredictionTask>& tasks_;
  const PredictionCache& cache_;
  const PredictionProgress& progress_;
  std::vector<std::vector<PredictedRun>> results_;
  std::deque<Work> waiting_;
  std::vector<Child> children_;
  std::size_t done_ = 0;
};

}  // namespace

std::vector<std::vector<PredictedRun>> predict(const std::vector<PredictionTask>& tasks, unsigned workers,
                                               const std::string& cache_folder,
                                               const PredictionProgress& progress) {
  const PredictionCache cache(cache_folder);
  std::fflush(nullptr);  // or children would have the buffers too
  return ChildProcesses(tasks, cache, progress).run(workers);
}

}  // namespace trireme
