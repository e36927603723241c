import type { Term } from './profile.ts';

const structure = (name: string, ...synonyms: string[]): Term => ({
  name,
  synonyms,
  countable: true,
});

/**
 * The structures that both models were taught to find (Chest ImaGenome's regions), without their side: "right lung"
 * and "left lung" are one term.
 */
export const FRONTAL_ANATOMY: readonly Term[] = [
  structure('lung', 'lung field', 'hemithorax'),
  structure('upper lung zone', 'upper zone', 'upper lung', 'upper lobe', 'upper lung field'),
  structure(
    'mid lung zone',
    'mid zone',
    'middle zone',
    'middle lung zone',
    'mid lung',
    'middle lobe',
    'middle lung field',
  ),
  structure(
    'lower lung zone',
    'lower zone',
    'lower lung',
    'lower lobe',
    'lung base',
    'base',
    'lower lung field',
  ),
  structure('hilar structures', 'hilum', 'hila', 'hilar structure', 'hilar region'),
  structure('costophrenic angle', 'costophrenic sulcus', 'costophrenic recess', 'cp angle'),
  structure('hemidiaphragm', 'diaphragm', 'diaphragmatic dome'),
  structure('clavicle', 'collarbone', 'collar bone'),
  structure(
    'cardiac silhouette',
    'heart',
    'heart shadow',
    'cardiac shadow',
    'heart border',
    'cardiac border',
  ),
  structure(
    'mediastinum',
    'mediastinal silhouette',
    'mediastinal contour',
    'cardiomediastinal silhouette',
  ),
  structure('aortic arch', 'aortic knob', 'aortic knuckle', 'aorta'),
  structure('trachea', 'windpipe'),
  structure('spine', 'vertebral column', 'thoracic spine'),
];

/** Regions that RadVLM's set has and the demo's has not. */
export const FURTHER_ANATOMY: readonly Term[] = [
  structure('apical zone', 'apex', 'lung apex', 'apical region'),
  structure('upper mediastinum', 'superior mediastinum'),
  structure('carina'),
  structure('superior vena cava', 'svc'),
  structure('cavoatrial junction'),
  structure('right atrium'),
  structure('abdomen', 'upper abdomen'),
];
