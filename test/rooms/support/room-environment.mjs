import { TestEnvironment } from 'jest-environment-node';

/** Lets a suite import test files one after the other, each into a describe block of its own: `describe` itself cannot wait. */
export default class RoomEnvironment extends TestEnvironment {
  handleTestEvent(event, state) {
    if (event.name !== 'setup') return;
    this.global.fillLastBlock = async (define) => {
      const outer = state.currentDescribeBlock;
      state.currentDescribeBlock = outer.children.at(-1);
      try {
        await define();
      } finally {
        state.currentDescribeBlock = outer;
      }
    };
  }
}
