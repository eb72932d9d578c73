// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "./support/Fixture.sol";
import {Model} from "./support/Model.sol";
import {Vm} from "./support/Vm.sol";

/// @dev Anybody says anything, alone or in a bundle, mostly rightly, often almost rightly; what the ledger takes and what
/// it remembers afterwards is compared with a second set of rules. Everything follows from the seeds.
contract Street is Fixture, Model {
    /// @dev A statement on its way, and what the model is told of it.
    struct Parcel {
        Call call;
        Say say;
    }

    uint256 private constant KINDS = 19;

    Signer[] private people;
    Thing[] private things;
    mapping(address => uint256) private codeKey;
    mapping(uint24 party => Signer[]) private pool;
    Parcel[] private past;
    uint256 private state;
    uint256 public tried;
    mapping(uint256 kind => uint256) public taken;
    mapping(uint256 kind => uint256) public turnedAway;

    function start() external {
        setUp();
        now_ = clock;
        domainSeparator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Touchmark"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        tellOfTheFixture();
        things.push(watch);
        things.push(bag);
        things.push(rivals);
        (Thing memory again, Thing memory late) = (thing(BRAND, "watch"), thing(BRAND, "late"));
        (again.claimKey, late.claimKey) = (0x2ca7, 0x2ca8);
        (again.leaf, late.leaf) = (leafOf(again), leafOf(late));
        (again, late) = registerTwo(BRAND, again, late);
        ++batchCount[BRAND];
        things.push(again); // the same item in a later batch
        things.push(late);
        for (uint256 i = 0; i < things.length; ++i) codeKey[vm.addr(things[i].claimKey)] = things[i].claimKey;
        for (uint256 i = 0; i < 4; ++i) codeKey[vm.addr(0xcade + i)] = 0xcade + i;
        for (uint256 i = 0; i < 4; ++i) people.push(ofForm(i, 0x9001 + 2 * i));
        people.push(passkey(people[3].key - 1, people[3].blind)); // of one address with the backup key
        vm.recordLogs();
    }

    function tellOfTheFixture() private {
        for (uint24 party = 0; party < 5; ++party) {
            pool[party].push(ordinary(keyOf(party)));
            addsKey(party, vm.addr(keyOf(party)));
            for (uint256 i = 0; i < 4; ++i) pool[party].push(ofForm(i, 0x7001 + 16 * uint256(party) + 2 * i));
        }
        pool[COUNCIL].push(ordinary(COUNCIL_KEY_2));
        addsKey(COUNCIL, vm.addr(COUNCIL_KEY_2));
        (isBrand[BRAND], isBrand[RIVAL]) = (true, true);
        (accredited[COUNCIL][AUTHENTICATOR], accredited[BRAND][REPAIRER]) = (true, true);
        (used[COUNCIL][1], used[BRAND][2]) = (true, true);
        (batchCount[BRAND], batchCount[RIVAL]) = (1, 1);
    }

    // A turn

    function step(uint256 seed) external {
        state = uint256(keccak256(abi.encode(seed, ++tried)));
        uint256 what = pick(100);
        if (what < 8) return waits();
        if (what < 10) return ownerActs();
        if (what < 22) return bundles(2 + pick(4));
        Parcel memory p = what < 30 && past.length > 0 ? past[pick(past.length)] : parcel();
        (bool accepted, ) = address(ledger).call(abi.encodeCall(ledger.submit, (p.call)));
        check(p, accepted);
    }

    /// @dev For a while, or until just before or just at the end of something.
    function waits() private {
        Known memory k = known[things[pick(things.length)].id];
        uint256 end = pick(3) == 0 ? k.due : k.until[pick(5)];
        if (end > clock && pick(2) == 0) goTo(end - pick(2));
        else skip(pick(3) == 0 ? pick(100 days) : pick(2 days));
        now_ = clock;
    }

    function ownerActs() private {
        uint24 party = uint24(pick(7));
        address key = pick(4) == 0 ? address(0) : some(pool[party % 5]).at;
        bool ends = pick(40) == 0;
        bool must = ends ? isActive(party) : (party == COUNCIL || isActive(party)) && addsKey(party, key);
        vm.prank(OWNER);
        (bool done, ) = address(ledger).call(
            ends ? abi.encodeCall(ledger.endParty, (party)) : abi.encodeCall(ledger.addKeyByOwner, (party, key))
        );
        yes(done == must, "the owner's act");
        if (ends && done) endIt(party);
        checkKeys(party % 5);
    }

    function endIt(uint24 party) private {
        ended[party] = true;
        keyCount[party] = 0;
        for (uint256 i = 0; i < pool[party].length; ++i) {
            address key = pool[party][i].at;
            if (inForce(party, key)) keys[party][key].until = now_;
        }
    }

    function bundles(uint256 count) private {
        Parcel[] memory parcels = new Parcel[](count);
        Call[] memory calls = new Call[](count);
        for (uint256 i = 0; i < count; ++i) {
            parcels[i] = parcel();
            calls[i] = parcels[i].call;
        }
        vm.getRecordedLogs();
        ledger.bundle(calls);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bool[] memory refusedOnes = new bool[](count);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == Refused.selector) refusedOnes[uint256(logs[i].topics[1])] = true;
        }
        // The model hears them one after the other; what is remembered is compared when all are through.
        for (uint256 i = 0; i < count; ++i) agree(parcels[i], !refusedOnes[i]);
        for (uint256 i = 0; i < count; ++i) compare(parcels[i]);
    }

    function check(Parcel memory p, bool accepted) private {
        agree(p, accepted);
        compare(p);
    }

    function agree(Parcel memory p, bool accepted) private {
        bool must = decide(p.say);
        if (accepted) ++taken[p.call.kind];
        else ++turnedAway[p.call.kind];
        if (accepted != must) {
            revert NotTrue(
                string.concat(must ? "taken: kind " : "refused: kind ", vm.toString(p.call.kind), ", data ", hexOf(p.call.data))
            );
        }
        if (accepted && past.length < 40) past.push(p);
    }

    // What is remembered

    /// @dev After every step one item and one party in turn, after every twenty-fifth all: what nobody touched stays.
    function remembers() external view {
        bool all = tried % 25 == 0;
        for (uint256 i = 0; i < things.length; ++i) if (all || i == tried % things.length) compareItem(things[i].id);
        for (uint24 party = 0; party < 5; ++party) if (all || party == tried % 5) checkKeys(party);
    }

    function compare(Parcel memory p) private view {
        uint256 first = wordsOf(p.say.data)[0];
        uint8 kind = p.call.kind;
        if (kind <= 11 || kind == 19) compareItem(first);
        if (kind == 1 || kind == 12 || (kind == 7 && first >> 56 == 0)) {
            eq(ledger.batchFlagsOf(uint56(first)), batchFlags[uint56(first)], "batch flags");
            eq(ledger.nextBatch(BRAND), (uint256(BRAND) << 32) | (batchCount[BRAND] + 1), "next batch");
        } else if (kind == 18) {
            checkKeys(uint24(wordsOf(p.say.data)[1]));
        } else if (kind >= 13 && kind <= 17) {
            checkKeys(uint24(first));
        }
    }

    function compareItem(uint256 item) private view {
        Known memory k = known[item];
        (address h, uint56 b, uint24 n, uint16 f, bytes32 head, Locks memory l, Recovery memory r) = ledger.itemOf(item);
        yes(h == k.holder && b == k.batch && n == k.sequence && f == k.flags && head == k.head, "item");
        yes(l.brandTheft == k.until[0] && l.brandDispute == k.until[1] && l.councilTheft == k.until[2], "locks");
        yes(l.councilDispute == k.until[3] && l.registeredTwice == k.until[4], "locks");
        yes(l.brandThefts == k.brandTimes[0] && l.brandDisputes == k.brandTimes[1], "times");
        yes(l.contested == k.contested, "contested");
        yes(r.claimAddress == k.newClaim && r.due == k.due && r.openedBy == k.openedBy, "recovery");
        if (!has(k, 0)) return;
        yes(ledger.ownerOf(item) == k.holder && ledger.balanceOf(k.holder) == owned[k.holder], "owner and balance");
    }

    function checkKeys(uint24 party) private view {
        if (party > 4) return;
        for (uint256 i = 0; i < pool[party].length; ++i) {
            KnownKey memory k = keys[party][pool[party][i].at];
            (uint40 from, uint40 until, uint40 since) = ledger.keyOf(party, pool[party][i].at);
            yes(from == k.from && until == k.until && since == k.since, "key");
        }
        eq(ledger.keysOf(party).length, keyCount[party], "keys in force");
    }

    // What people say

    function pick(uint256 n) private returns (uint256) {
        state = uint256(keccak256(abi.encode(state)));
        return state % n;
    }

    function some(Signer[] storage from) private returns (Signer memory) {
        return from[pick(from.length)];
    }

    /// @dev A key of the party, in force if three draws find one.
    function speaker(uint24 party) private returns (Signer memory s) {
        for (uint256 i = 0; i < 3; ++i) {
            s = some(pool[party % 5]);
            if (inForce(party, s.at)) return s;
        }
    }

    function signerAt(address at) private returns (Signer memory s) {
        if (codeKey[at] != 0) return ordinary(codeKey[at]);
        uint256 from = pick(people.length);
        for (uint256 i = 0; i < people.length; ++i) {
            s = people[(from + i) % people.length];
            if (s.at == at) return s;
        }
    }

    function aParty(uint24 likely) private returns (uint24) {
        return pick(4) == 0 ? uint24(pick(5)) : likely;
    }

    /// @dev A fresh nonce, now and then any small one.
    function aNonce() private returns (uint256) {
        return pick(12) == 0 ? pick(40) : nonce();
    }

    function parcel() private returns (Parcel memory) {
        uint8 kind = uint8(1 + pick(KINDS));
        if (kind == 1 || (kind >= 12 && kind <= 18 && pick(3) != 0)) kind = uint8(2 + pick(10)); // rather on items
        Thing memory t = things[pick(things.length)];
        Known memory k = known[t.id];
        uint24 brand = aParty(t.brand);
        address to = some(people).at;
        bytes32 ref = bytes32(pick(3));
        Signer memory none;
        if (kind == 2) return seal(2, abi.encode(t.id, to), t, signerAt(k.batch == 0 ? vm.addr(t.claimKey) : k.holder), signerAt(to));
        if (kind == 3) return handover(t, k, to);
        if (kind == 4) return seal(4, abi.encode(t.id, k.sequence), t, signerAt(k.holder), none);
        if (kind == 5) return record(t);
        if (kind == 6) return seal(6, abi.encode(t.id, pick(5), ref, k.sequence), t, signerAt(k.holder), none);
        if (kind == 7) return mark(t, ref);
        if (kind == 8) {
            // For ever, therefore rarely.
            if (pick(6) != 0) return contest(t);
            bytes memory data = abi.encode(t.id, brand, ref, aNonce(), k.sequence);
            return seal(8, data, t, speaker(brand), has(k, 0) ? signerAt(k.holder) : none);
        }
        if (kind == 9) {
            uint24 by = pick(3) == 0 ? COUNCIL : brand;
            address claimAddress = pick(9) == 0 ? address(0) : vm.addr(0xcade + pick(4));
            return seal(9, abi.encode(t.id, by, claimAddress, ref, aNonce()), t, speaker(by), none);
        }
        if (kind == 10) return seal(10, abi.encode(t.id, to, k.sequence), t, signerAt(k.newClaim), signerAt(to));
        if (kind == 11) return seal(11, abi.encode(t.id, brand, ref, ref, aNonce()), t, speaker(brand), none);
        return kind == 19 ? contest(t) : ofParties(kind, t.batch, brand, ref);
    }

    function ofParties(uint8 kind, uint56 batch, uint24 brand, bytes32 ref) private returns (Parcel memory) {
        Signer memory none;
        Thing memory t;
        uint24 party = uint24(pick(6));
        if (kind == 12) return seal(12, abi.encode(batch, brand, ref, ref, aNonce()), t, speaker(brand), none);
        if (kind == 13 && pick(2) == 0) {
            uint256 next = (uint256(brand) << 32) | (batchCount[brand] + 1 + pick(5) / 4);
            return seal(1, abi.encode(next, pick(9), pick(9), ref), t, speaker(brand), none);
        }
        if (kind == 13) return seal(13, abi.encode(party, ref, aNonce()), t, speaker(party), none);
        if (kind == 14 || kind == 15) {
            uint24 by = pick(2) == 0 ? COUNCIL : brand;
            bytes memory data = abi.encode(by, aParty(AUTHENTICATOR + uint24(pick(2))), aNonce());
            return seal(kind, data, t, speaker(by), by == COUNCIL ? speaker(by) : none);
        }
        address key = pick(20) == 0 ? address(0) : some(pool[party % 5]).at;
        if (kind <= 17) {
            bytes memory data = abi.encode(party, key, aNonce());
            if (kind == 17 && pick(2) == 0) kind = 16; // or soon nobody has a key
            return seal(kind, data, t, speaker(party), kind == 16 && party == COUNCIL ? speaker(party) : none);
        }
        uint24 by_ = aParty(pick(2) == 0 ? COUNCIL : party);
        return seal(18, abi.encode(by_, party, key, clock + 1 - pick(4 days), aNonce()), t, speaker(by_), none);
    }

    function mark(Thing memory t, bytes32 ref) private returns (Parcel memory) {
        uint256 kind = pick(16);
        uint24 by = aParty(kind >= 13 || (kind <= 4 && pick(2) == 0) ? COUNCIL : t.brand);
        uint256 subject = kind >= 9 && kind <= 12 ? (pick(9) == 0 ? t.batch + 1 : t.batch) : t.id;
        Signer memory none;
        return seal(7, abi.encode(subject, by, kind, ref, aNonce()), t, speaker(by), none);
    }

    function record(Thing memory t) private returns (Parcel memory) {
        uint24 party = aParty(AUTHENTICATOR + uint24(pick(2)));
        uint256 by = pick(2) == 0 ? COUNCIL : aParty(t.brand);
        uint256 date = clock + 601 - (pick(2) == 0 ? pick(3) : pick(1 days));
        uint256 about = pick(2) == 0 ? 0 : pick(200);
        Signer memory none;
        return seal(5, abi.encode(t.id, party, by, pick(6), pick(9), about, pick(9), date, aNonce()), t, speaker(party), none);
    }

    function contest(Thing memory t) private returns (Parcel memory) {
        Signer memory none;
        return seal(19, abi.encode(t.id), pick(3) == 0 ? t : things[0], none, none);
    }

    function handover(Thing memory t, Known memory k, address to) private returns (Parcel memory) {
        Signer memory link = pick(3) == 0 ? some(people) : signerAt(to);
        bytes memory offer = abi.encode(t.id, link.at, clock + 1 - pick(10) / 4, k.sequence, bytes32(pick(3)));
        bytes memory data = bytes.concat(offer, abi.encode(hashOf(0, offer), to, pick(12) == 0 ? bytes32(0) : k.head));
        Signer[] memory who = new Signer[](link.at == to ? 2 : 3);
        (who[0], who[1]) = (signerAt(k.holder), signerAt(to));
        if (who.length == 3) who[2] = link;
        return seal(3, data, t, who);
    }

    // Signed and sealed

    function seal(
        uint8 kind,
        bytes memory data,
        Thing memory t,
        Signer memory first,
        Signer memory second
    ) private returns (Parcel memory) {
        Signer[] memory who = new Signer[](kind == 19 ? 0 : second.at == address(0) ? 1 : 2);
        if (who.length > 0) who[0] = first;
        if (who.length > 1) who[1] = second;
        return seal(kind, data, t, who);
    }

    /// @dev One time in six something is not as it should be.
    function seal(uint8 kind, bytes memory data, Thing memory t, Signer[] memory who) private returns (Parcel memory p) {
        uint256 spoilt = pick(6) == 0 ? 1 + pick(6) : 0;
        if (spoilt == 1 && who.length > 0) who[pick(who.length)] = some(people);
        if (spoilt == 2) who = resized(who);
        if (spoilt == 3) p.say.wide = widened(kind, data);
        (p.call.kind, p.call.data) = (kind, data);
        (p.say.kind, p.say.data) = (kind, data);
        if (spoilt != 4 && t.id != 0) {
            (p.call.opening, p.say.shown) = (t.opening, Shown(t.id, t.batch, vm.addr(t.claimKey), t.leaf));
            if (spoilt == 5) {
                p.call.opening[0xff + 0x20 * [uint256(0), 1, 2, 5][pick(4)]] ^= 0x01; // path, record, claim address or proof
                p.say.shown.item = 0;
            }
        }
        (p.call.signatures, p.say.signers) = (new bytes[](who.length), new address[](who.length));
        bytes32 h = hashOf(kind, kind == 3 ? part(data, 5, 3) : data);
        for (uint256 i = 0; i < who.length; ++i) {
            if (who[i].at == address(0)) continue; // nobody found to sign: an empty signature
            bytes32 d = digestOf(kind == 3 && i == 0 ? hashOf(0, part(data, 0, 5)) : h);
            if (spoilt == 6) d = keccak256(abi.encode(d)); // they signed something else
            else p.say.signers[i] = who[i].at;
            p.call.signatures[i] = sign(who[i], d);
        }
    }

    function resized(Signer[] memory who) private returns (Signer[] memory other) {
        other = new Signer[](pick(4));
        for (uint256 i = 0; i < other.length; ++i) other[i] = who.length == 0 ? some(people) : who[i % who.length];
    }

    /// @dev Sets a bit above the type of one of the narrow fields, if there is one.
    function widened(uint8 kind, bytes memory data) private returns (bool) {
        // Of each kind from 1 the narrow fields, a bit each.
        uint16[19] memory narrow = [uint16(5), 2, 0x4e, 2, 0x8e, 10, 6, 0x12, 6, 6, 2, 3, 1, 3, 3, 3, 3, 15, 0];
        uint256 i = pick(data.length / 32);
        if ((narrow[kind - 1] >> i) & 1 == 0) return false;
        data[32 * i] |= 0x40;
        return true;
    }
}

contract ModelTest {
    Street private street;

    function setUp() public {
        street = new Street();
        street.start();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(street);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory s = new bytes4[](1);
        s[0] = Street.step.selector;
        targets[0] = FuzzSelector(address(street), s);
    }

    /// @dev Each step compares; one that finds a difference reverts, which fails the run.
    function invariant_TheLedgerTakesAndRemembersWhatTheRulesSay() public view {
        street.remembers();
    }

    /// @dev Or the comparison would be of nothing.
    function test_TheStreetHasEveryStatementTakenAndEveryStatementRefused() public {
        for (uint256 seed = 0; seed < 20; ++seed) {
            street = new Street();
            street.start();
            for (uint256 i = 0; i < 120; ++i) street.step(seed);
            for (uint256 kind = 1; kind <= 19; ++kind) {
                takenOf[kind] += street.taken(kind);
                refusedOf[kind] += street.turnedAway(kind);
            }
        }
        for (uint256 kind = 1; kind <= 19; ++kind) {
            require(takenOf[kind] >= 3, string.concat("never taken: ", string(abi.encodePacked(uint8(64 + kind)))));
            require(refusedOf[kind] >= 3, string.concat("never refused: ", string(abi.encodePacked(uint8(64 + kind)))));
        }
    }

    mapping(uint256 => uint256) private takenOf;
    mapping(uint256 => uint256) private refusedOf;
}
