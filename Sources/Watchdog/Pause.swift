/// How long to rest after failures in a row: twice as long each time, from 200 ms to 5 s, with jitter.
struct Pause {
    private var failures = 0

    mutating func rest() async {
        let milliseconds = min(200 << min(failures, 5), 5000)
        failures += 1
        try? await Task.sleep(for: .milliseconds(Int.random(in: milliseconds / 2...milliseconds)))
    }

    mutating func end() {
        failures = 0
    }
}
