import Glibc
import Synchronization

/// Subnets inside 10.210.0.0/16 and ports from 30000 to 31999, which every kind of host can publish.
///
/// Each test process on a machine holds one of sixteen slots, by a lock that ends with the process: what one gives out, no other
/// does. Within a process values come around again when all have been given, long after who had them first.
public enum Allotment {
    private static let slots = 16
    private static let slot = takeSlot()
    private static let given = Mutex((subnets: 0, ports: 0))

    /// A subnet of 30 usable addresses.
    public static func subnet() -> String {
        let mine = 2048 / slots
        let number = given.withLock { given in
            given.subnets += 1
            return slot * mine + given.subnets % mine
        }
        return "10.210.\(number / 8).\(number % 8 * 32)/27"
    }

    public static func port() -> Int {
        let mine = 2000 / slots
        return given.withLock { given in
            given.ports += 1
            return 30_000 + slot * mine + given.ports % mine
        }
    }

    private static func takeSlot() -> Int {
        for slot in 0..<slots {
            // Never closed: the lock is the process's for its life.
            let file = open("/tmp/continuo-test-slot-\(slot)", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            if file >= 0, flock(file, LOCK_EX | LOCK_NB) == 0 { return slot }
            close(file)
        }
        fatalError("\(slots) test processes hold all subnets and ports of this machine: /tmp/continuo-test-slot-*")
    }
}
