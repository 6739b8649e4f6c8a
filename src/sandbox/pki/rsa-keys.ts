import { generateKeyPair, type KeyObject } from 'node:crypto';

/** RSA keys, made in the thread pool ahead of need: one of 2048 bits takes 50 to 300 ms of a core. */
export interface RsaKey {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

interface Stock {
  spare: RsaKey[];
  waiting: PromiseWithResolvers<RsaKey>[];
  inProgress: number;
}

/** Enough for the pods of the bookstore to start together. */
const keptReady = 6;
/** The thread pool has four threads, which files and names need too. */
const mostAtATime = 2;

/**
 * Nothing is made before somebody asks once; from then on a few keys of that size are kept ready, made one at a time when
 * nobody waits. A key is given away once.
 */
export class RsaKeys {
  readonly #stocks = new Map<number, Stock>();

  take(bits: number): Promise<RsaKey> {
    const stock = this.#stockOf(bits);
    const ready = stock.spare.shift();
    const waiter = Promise.withResolvers<RsaKey>();
    if (ready) waiter.resolve(ready);
    else stock.waiting.push(waiter);
    this.#refill(bits, stock);
    return waiter.promise;
  }

  /** Of a key that was never shown to anyone. */
  giveBack(bits: number, key: RsaKey): void {
    this.#stockOf(bits).spare.push(key);
  }

  #stockOf(bits: number): Stock {
    const stock = this.#stocks.get(bits) ?? { spare: [], waiting: [], inProgress: 0 };
    this.#stocks.set(bits, stock);
    return stock;
  }

  #refill(bits: number, stock: Stock): void {
    const wanted =
      stock.waiting.length > 0
        ? Math.min(mostAtATime, stock.waiting.length)
        : Math.min(1, keptReady - stock.spare.length);
    while (stock.inProgress < wanted) {
      stock.inProgress++;
      generateKeyPair('rsa', { modulusLength: bits }, (error, publicKey, privateKey) => {
        stock.inProgress--;
        const waiter = stock.waiting.shift();
        if (error) waiter?.reject(error);
        else if (waiter) waiter.resolve({ publicKey, privateKey });
        else stock.spare.push({ publicKey, privateKey });
        if (!error || stock.waiting.length > 0) this.#refill(bits, stock);
      });
    }
  }
}
