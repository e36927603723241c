import { WHOLE_WINDOW, isWhole, windowWords } from '../film/window-level.ts';
import { Icon, type IconName } from './icon.tsx';
import { useRoom } from './room.ts';

const ZOOM_STEP = 1.4;

type ToolProps = {
  readonly icon: IconName;
  readonly name: string;
  /** The key that does the same. */
  readonly hotkey: string;
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
  readonly onPress: () => void;
};

const Tool = ({ icon, name, hotkey, isPressed, isDisabled = false, onPress }: ToolProps) => (
  <button
    type="button"
    class="tool"
    title={`${name} (${hotkey})`}
    aria-label={name}
    aria-keyshortcuts={hotkey}
    {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
    disabled={isDisabled}
    onClick={onPress}
  >
    <Icon name={icon} />
  </button>
);

/** Under the film: how it is seen. */
export const ViewerTools = () => {
  const room = useRoom();
  const stage = room.stage.value;
  const window = room.window.value;
  const isWindowing = room.dragMode.value === 'window';
  const hasBoxes = room.shown.value.boxes.length > 0;
  return (
    <div class="tools" role="toolbar" aria-label="The film">
      <Tool
        icon="window"
        name="Window by dragging"
        hotkey="W"
        isPressed={isWindowing}
        onPress={() => room.switchDrag()}
      />
      <Tool
        icon="invert"
        name="Invert"
        hotkey="I"
        isPressed={window.isInverted}
        onPress={() => room.invert()}
      />
      <Tool
        icon="reset"
        name="Reset the window"
        hotkey="R"
        isDisabled={isWhole(window)}
        onPress={() => {
          room.window.value = WHOLE_WINDOW;
        }}
      />
      <output class="window-words" aria-label="Window">
        {windowWords(window)}
      </output>
      <span class="rule" />
      <Tool icon="minus" name="Zoom out" hotkey="-" onPress={() => stage?.zoomBy(1 / ZOOM_STEP)} />
      <Tool icon="fit" name="Fit the film" hotkey="0" onPress={() => stage?.fit()} />
      <Tool icon="plus" name="Zoom in" hotkey="+" onPress={() => stage?.zoomBy(ZOOM_STEP)} />
      <span class="rule" />
      <Tool
        icon="boxes"
        name="Boxes"
        hotkey="B"
        isPressed={hasBoxes && room.areBoxesShown.value}
        isDisabled={!hasBoxes}
        onPress={() => {
          room.areBoxesShown.value = !room.areBoxesShown.value;
        }}
      />
    </div>
  );
};
