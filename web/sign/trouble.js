// Two ways in which something does not go on. Both carry the name of their sentence (words/*.js).

/** Nothing can be signed here: the request is wrong, expired or not for this page. */
export class Refusal extends Error {
  constructor(sentence, values = {}) {
    super(sentence);
    this.sentence = sentence;
    this.values = values;
  }
}

/** This try did not work; the person can try again, and nothing is lost. */
export class Trouble extends Error {
  constructor(sentence, values = {}) {
    super(sentence);
    this.sentence = sentence;
    this.values = values;
  }
}
